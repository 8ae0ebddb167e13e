/** The page of operations: follows the queue, the workers and the parts, and leaves what did not change alone. */
import { takeOver } from "./regions.js";
import { Poller } from "./poll.js";
import { gettext } from "./words.js";

const page = /** @type {HTMLElement} */ (document.getElementById("operations"));
const connection = /** @type {HTMLElement} */ (document.getElementById("connection"));

const LOST = {
  offline: gettext("The connection is lost. This page keeps trying."),
  "signed-out": gettext("You have been signed out. Reload the page to sign in again."),
  gone: gettext("This page is no longer here."),
};

const poller = new Poller(page.dataset.status ?? "", page.dataset.etag ?? "", {
  async changed() {
    const response = await fetch(page.dataset.page ?? "", { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(`The page answered ${response.status}.`);
    await takeOver(await response.text());
    return true;
  },
  lost(reason) {
    connection.hidden = false;
    connection.textContent = LOST[reason];
  },
  found() {
    connection.hidden = true;
  },
});

poller.kick();
