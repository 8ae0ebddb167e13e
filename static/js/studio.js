/** The studio page: follows the work, sends the forms without leaving, and swaps likenesses in place. */
import { takeOver } from "./regions.js";
import "./eyes.js";
import "./wipe.js";
import "./fullsize.js";
import "./settings.js";
import { announce } from "./announce.js";
import { Poller } from "./poll.js";
import { gettext } from "./words.js";

const studio = /** @type {HTMLElement} */ (document.getElementById("studio"));
const connection = /** @type {HTMLElement} */ (document.getElementById("connection"));

const LOST = {
  offline: gettext("The connection is lost. This page keeps trying."),
  "signed-out": gettext("You have been signed out. Reload the page to sign in again."),
  gone: gettext("This sketch is no longer here."),
};

const poller = new Poller(studio.dataset.status ?? "", studio.dataset.etag ?? "", {
  async changed(status) {
    await refresh(location.href);
    return status.busy;
  },
  lost(reason) {
    if (!connection.hidden) return;
    connection.hidden = false;
    connection.textContent = LOST[reason];
  },
  found() {
    connection.hidden = true;
  },
});

const PAGE = { headers: { Accept: "text/html" } };

/** @param {string} address @param {{keep?: boolean}} [options] */
async function refresh(address, options) {
  const response = await fetch(address, PAGE);
  if (!response.ok) throw new Error(`The page answered ${response.status}.`);
  await show(await response.text(), options);
}

/** @param {string} html @param {{keep?: boolean}} [options] */
async function show(html, options) {
  const before = newest();
  const work = said();
  await takeOver(html, options);
  if (newest() > before) announce(gettext("Likeness %(number)s is done.", { number: newest() }));
  else if (said() !== work) announce(said());
}

/** The number of the newest likeness on the page. */
const newest = () => Number(/** @type {HTMLElement} */ (document.querySelector("[data-newest]")).dataset.newest);
const said = () => [...document.querySelectorAll("[data-work] .state")].map((one) => one.textContent).join(". ");

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-quiet]")) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  fail(form, "");
  try {
    const body = new FormData(form);
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json, text/html;q=0.5" } });
    if (response.ok) {
      // What was asked for last, or kept, is what to look at from now on, and the address says so.
      const kept = form.dataset.keep;
      if (form.id === "render" || kept) history.replaceState(null, "", location.pathname);
      await show(await response.text(), { keep: !kept });
      if (kept) sayKept(kept);
      reveal();
      poller.kick();
    } else {
      fail(form, (await response.json()).detail);
    }
  } catch {
    fail(form, gettext("It could not be sent. Check the connection and try again."));
  }
  delete form.dataset.sent;
});

/** Brings the face into view where its form is far from it, as on a phone. */
function reveal() {
  const face = /** @type {HTMLElement} */ (document.querySelector('[data-region="face"]'));
  const { top } = face.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) face.scrollIntoView({ block: "start" });
}

/** @param {string} number of the likeness that was kept; its button is gone */
function sayKept(number) {
  announce(gettext("Likeness %(number)s is kept.", { number }));
  const back = /** @type {HTMLElement | null} */ (document.querySelector("[data-back]") ?? document.getElementById("main"));
  back?.focus({ preventScroll: true });
}

/** @param {HTMLFormElement} form @param {string} words */
function fail(form, words) {
  const place = /** @type {HTMLElement | null} */ (form.querySelector("[data-render-error]"));
  if (place) {
    place.hidden = !words;
    place.textContent = words;
  } else if (words) {
    connection.hidden = false;
    connection.textContent = words;
  }
}

document.addEventListener("click", async (event) => {
  const link = /** @type {Element} */ (event.target).closest("a[data-choose]");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await choose(link.href).catch(() => location.assign(link.href));
});

/** @param {string} address */
async function choose(address) {
  await refresh(address, { keep: false });
  history.replaceState(null, "", address);
  announce(document.querySelector('[data-region="face"] .pane-name')?.textContent ?? "");
}

if (studio.dataset.busy) poller.kick();
