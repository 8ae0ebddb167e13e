/** Adding sketches: files come by picker, camera, drop or paste, are looked at first, and are sent one by one. */
import { announce } from "./announce.js";
import { Queue } from "./queue.js";
import { send } from "./send.js";
import { gettext, ngettext } from "./words.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("upload"));
const pickers = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input[type=file]"));
const actions = /** @type {HTMLElement} */ (form.querySelector("[data-actions]"));
const button = /** @type {HTMLButtonElement} */ (form.querySelector("[data-send]"));
const summary = /** @type {HTMLElement} */ (form.querySelector("[data-summary]"));
const toList = /** @type {HTMLAnchorElement} */ (form.querySelector("[data-to-list]"));
const cover = /** @type {HTMLElement} */ (document.querySelector("[data-cover]"));
const one = !form.querySelector("input[multiple]");

const queue = new Queue(form, { one, maxBytes: Number(form.dataset.maxBytes), changed });

form.dataset.scripted = "yes";
for (const picker of pickers) {
  picker.required = false;
  picker.addEventListener("change", () => take(picker));
  take(picker); // what was chosen before this script came
}

function take(/** @type {HTMLInputElement} */ picker) {
  if (picker.files?.length) queue.add(picker.files);
  picker.value = ""; // so that the same file can be chosen again after it was taken out
}

document.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files ?? [];
  if (files.length) queue.add(files);
});

let depth = 0;
const carriesFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragenter", (event) => {
  if (carriesFiles(event)) depth += 1;
  cover.hidden = depth === 0;
});
document.addEventListener("dragleave", (event) => {
  if (carriesFiles(event)) depth = Math.max(0, depth - 1);
  cover.hidden = depth === 0;
});
document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  depth = 0;
  cover.hidden = true;
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  queue.add(event.dataTransfer.files);
});

/** Says on the button how many there are to send. */
function changed() {
  const waiting = queue.waiting().length;
  actions.classList.toggle("ready", queue.items.length > 0);
  button.hidden = waiting === 0;
  if (!one) button.textContent = ngettext("Add %(num)s sketch", "Add %(num)s sketches", waiting);
  const refused = queue.items.filter((item) => item.state === "refused").length;
  toList.hidden = !queue.items.some((item) => item.state === "added");
  summary.textContent = refused ? ngettext("%(num)s file cannot be added. The reason is beside it.", "%(num)s files cannot be added. The reason is beside it.", refused) : "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const waiting = queue.waiting();
  if (!waiting.length || button.disabled) return;
  button.disabled = true;
  announce(gettext("Sending."));
  for (const item of waiting) await sendOne(item);
  button.disabled = false;
  changed();
  const left = queue.items.filter((item) => item.state !== "added");
  const added = queue.items.filter((item) => item.state === "added");
  if (left.length) {
    announce(gettext("%(added)s added, %(left)s not.", { added: added.length, left: left.length }));
    queue.focusFirstRefused();
  } else {
    location.assign(added.length === 1 ? added[0].address : toList.href);
  }
});

/** @param {import("./queue.js").Item} item */
async function sendOne(item) {
  // Whatever else the form says goes with every file: the case, its session, the unit, the version before.
  const data = new FormData(form);
  data.set("title", item.title);
  data.set("idempotency_key", item.key);
  data.set("files", item.file);
  item.sending(0);
  try {
    const answer = await send(form.action, data, (part) => item.sending(part));
    if (answer.added?.length) item.added(answer.added[0].address);
    else if (answer.status >= 500) item.failed(answer.detail);
    else item.refuse(answer.refused?.[0]?.reason ?? answer.detail ?? gettext("It could not be added. Try again."));
  } catch {
    item.failed(gettext("It could not be sent. Check the connection and press the button again."));
  }
}
