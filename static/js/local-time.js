/** Shows the time that it holds, served in UTC, in the reader's own zone; UTC stays at hand as its title. */
class LocalTime extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector("time");
    if (!time || time.title) return;
    const moment = new Date(time.dateTime);
    const thisYear = moment.getFullYear() === new Date().getFullYear();
    time.title = time.textContent ?? "";
    time.textContent = (this.dataset.style === "short" && thisYear ? SHORT : LONG).format(moment);
  }
}

// Dates are in the language of the page, day first and with a 24-hour clock; Thai ones count Buddhist years.
const LOCALES = { en: "en-GB", th: "th-TH-u-ca-buddhist" };
const { lang } = document.documentElement;
const locale = LOCALES[/** @type {keyof LOCALES} */ (lang)] ?? lang;
const LONG = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const SHORT = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

customElements.define("local-time", LocalTime);
