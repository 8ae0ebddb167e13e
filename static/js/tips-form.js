/**
 * Makes a form for tips better where scripts run: the work is done while somebody writes, large files go up in pieces,
 * and a form is sent once. Without this file the form works as it stands.
 */
import { Refused, upload } from "./tips-upload.js";

const MOST = 100e6;
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-tips]"));
document.getElementById("refused")?.focus();
if (form) enhance(form);

/** @param {HTMLFormElement} form */
function enhance(form) {
  const work = solved(form.action);
  const sending = files(form, work);
  let sent = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sent) return;
    sent = true;
    const busy = /** @type {HTMLElement} */ (form.querySelector("[data-busy]"));
    busy.hidden = false;
    try {
      const address = await work;
      const done = await sending();
      const before = /** @type {HTMLInputElement | null} */ (form.querySelector("[name=uploads]"));
      const field = before ?? Object.assign(document.createElement("input"), { type: "hidden", name: "uploads", value: "[]" });
      field.value = JSON.stringify([...JSON.parse(field.value), ...done]);
      form.append(field);
      const input = /** @type {HTMLInputElement | null} */ (form.querySelector("[type=file]"));
      if (input) input.disabled = true;
      form.action = address;
      form.submit();
    } catch {
      sent = false; // a file was refused and says so; it can be left out
      busy.hidden = true;
    }
  });
}

/** @param {string} action @returns {Promise<string>} the action with the work beside the mark */
function solved(action) {
  const address = new URL(action);
  const mark = address.searchParams.get("form") ?? "";
  return new Promise((done) => {
    const worker = new Worker(new URL("./tips-solver.js", import.meta.url), { type: "module" });
    const answer = (/** @type {string} */ work) => {
      if (work) address.searchParams.set("work", work);
      worker.terminate();
      done(address.href);
    };
    worker.addEventListener("message", (event) => answer(String(event.data)));
    worker.addEventListener("error", () => answer("")); // then the form goes the way without a script
    worker.postMessage({ mark, bits: Number(mark.split(".")[1]) });
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {Promise<string>} work
 * @returns {() => Promise<object[]>} waits for every file that was chosen
 */
function files(form, work) {
  const area = /** @type {HTMLElement | null} */ (form.querySelector("[data-files]"));
  const chosen = new Map();
  if (!area) return async () => [];
  /** @type {HTMLElement} */ (area.querySelector("[data-plain]")).hidden = true;
  /** @type {HTMLElement} */ (area.querySelector("[data-scripted]")).hidden = false;
  const input = /** @type {HTMLInputElement} */ (area.querySelector("[type=file]"));
  const take = () => {
    for (const file of [...(input.files ?? [])]) chosen.set(...row(area, file, work, chosen));
    input.value = "";
  };
  input.addEventListener("change", take);
  take(); // what was chosen before this script came
  return () => Promise.all(chosen.values());
}

/**
 * @param {HTMLElement} area
 * @param {File} file
 * @param {Promise<string>} work
 * @param {Map<object, Promise<object>>} chosen
 * @returns {[object, Promise<object>]}
 */
function row(area, file, work, chosen) {
  const words = /** @type {HTMLElement} */ (area.querySelector("[data-words]")).dataset;
  const template = /** @type {HTMLTemplateElement} */ (area.querySelector("template"));
  const line = /** @type {HTMLElement} */ (template.content.cloneNode(true)).firstElementChild;
  if (!(line instanceof HTMLElement)) throw new TypeError();
  const state = /** @type {HTMLElement} */ (line.querySelector("[data-state]"));
  const bar = /** @type {HTMLProgressElement} */ (line.querySelector("progress"));
  const say = (/** @type {string | undefined} */ text) => { if (state.textContent !== text) state.textContent = text ?? ""; };
  /** @type {HTMLElement} */ (line.querySelector("[data-name]")).textContent = file.name;
  bar.setAttribute("aria-label", file.name);
  const stop = new AbortController();
  line.querySelector("button")?.addEventListener("click", () => {
    stop.abort();
    chosen.delete(line);
    line.remove();
  });
  area.querySelector("[data-list]")?.append(line);
  const progress = (/** @type {number} */ part, /** @type {boolean} */ waiting) => {
    bar.value = part;
    say(waiting ? words.waiting : words.sending);
  };
  const done = file.size > MOST ? Promise.reject(new Refused(words.large)) : work.then((action) => upload(beginning(area, action), file, progress, stop.signal));
  done.then(() => say(words.there), (error) => say(error instanceof Refused && error.message ? error.message : words.failed));
  return [line, done];
}

/** @param {HTMLElement} area @param {string} action @returns {string} */
function beginning(area, action) {
  return new URL(area.dataset.uploads ?? "", action).href + new URL(action).search;
}
