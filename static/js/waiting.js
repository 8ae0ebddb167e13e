/** A page on which something is being made: looks again, ever less often, until nothing is waited for any more. */
import { takeOver } from "./regions.js";

const SOONEST = 1000;
const SLOWEST = 10000;

/** @param {number} delay */
function later(delay) {
  if (document.querySelector("[data-waiting]")) setTimeout(() => look(delay), delay);
}

/** @param {number} delay */
async function look(delay) {
  const answer = document.hidden ? null : await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) await takeOver(await answer.text());
  later(Math.min(delay * 1.5, SLOWEST));
}

later(SOONEST);
