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

// The page is in English, so its dates are: day first, and a 24-hour clock.
const LONG = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const SHORT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

customElements.define("local-time", LocalTime);
