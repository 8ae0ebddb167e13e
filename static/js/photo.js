/** The page of a real photo: follows its comparison and shows it when it is there. */
import { takeOver } from "./regions.js";
import "./eyes.js";
import "./wipe.js";
import { announce } from "./announce.js";
import { Poller } from "./poll.js";
import { gettext } from "./words.js";

const page = /** @type {HTMLElement} */ (document.getElementById("photo"));
const connection = /** @type {HTMLElement} */ (document.getElementById("connection"));

const LOST = {
  offline: gettext("The connection is lost. This page keeps trying."),
  "signed-out": gettext("You have been signed out. Reload the page to sign in again."),
  gone: gettext("This photo is no longer here."),
};

if (page.dataset.status) {
  const poller = new Poller(page.dataset.status, page.dataset.etag ?? "", {
    async changed(status) {
      const response = await fetch(location.pathname, { headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error(`The page answered ${response.status}.`);
      await takeOver(await response.text(), { keep: false });
      announce(status.words);
      return status.busy;
    },
    lost(reason) {
      connection.hidden = false;
      connection.textContent = LOST[reason];
    },
    found() {
      connection.hidden = true;
    },
  });
  if (page.dataset.busy) poller.kick();
}
