/** The files that are to be added, each with its picture, title, progress and error. */
import { newKey } from "./keys.js";
import { gettext } from "./words.js";

const TYPES = ["image/png", "image/jpeg", "image/webp"];

/** @typedef {"waiting" | "sending" | "added" | "refused"} ItemState */

export class Queue {
  /** @param {HTMLFormElement} form @param {{one: boolean, maxBytes: number, changed: () => void}} options one: a new file takes the place of the last */
  constructor(form, options) {
    this.list = /** @type {HTMLElement} */ (form.querySelector("[data-queue]"));
    this.options = options;
    /** @type {Item[]} */
    this.items = [];
  }

  /** @param {Iterable<File>} files */
  add(files) {
    const fresh = [...files].slice(0, this.options.one ? 1 : undefined);
    if (this.options.one && fresh.length) for (const item of [...this.items]) this.remove(item);
    for (const file of fresh) {
      const item = new Item(file, () => this.removeByHand(item));
      this.items.push(item);
      this.list.append(item.element);
      const reason = this.refusal(file);
      if (reason) item.refuse(reason);
    }
    this.options.changed();
  }

  /** What is known to be refused need not be sent; the server judges by the content. @param {File} file */
  refusal(file) {
    if (file.size === 0) return gettext("The file is empty. Save it again, then choose it once more.");
    if (file.size > this.options.maxBytes) return gettext("It has %(size)s. A sketch may have at most 20 MB: save it smaller, or as JPEG.", { size: megabytes(file.size) });
    if (file.type && !TYPES.includes(file.type)) return gettext("It is not a PNG, JPEG or WebP picture. Save it as one of these.");
    return "";
  }

  /** @param {Item} item */
  remove(item) {
    item.forget();
    this.items = this.items.filter((other) => other !== item);
  }

  /** @param {Item} item */
  removeByHand(item) {
    const next = /** @type {HTMLElement | null} */ ((item.element.nextElementSibling ?? item.element.previousElementSibling)?.querySelector("[data-remove]") ?? null);
    this.remove(item);
    (next ?? document.getElementById("files"))?.focus();
    this.options.changed();
  }

  waiting() {
    return this.items.filter((item) => item.state === "waiting");
  }

  focusFirstRefused() {
    this.items.find((item) => item.state === "refused")?.find("[data-remove]").focus();
  }
}

export class Item {
  /** @param {File} file @param {() => void} remove */
  constructor(file, remove) {
    this.file = file;
    /** @type {ItemState} */
    this.state = "waiting";
    this.address = "";
    this.keyed = "";
    this.random = "";
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("queue-item"));
    this.element = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
    this.input = /** @type {HTMLInputElement} */ (this.find("input"));
    this.input.value = titleFrom(file.name);
    this.find("[data-facts]").textContent = `${file.name}, ${megabytes(file.size)}`;
    const button = this.find("[data-remove]");
    button.setAttribute("aria-label", gettext("Take out %(name)s", { name: file.name }));
    button.addEventListener("click", remove);
    const picture = /** @type {HTMLImageElement} */ (this.find("img"));
    picture.addEventListener("error", () => (picture.hidden = true));
    this.preview = URL.createObjectURL(file);
    picture.src = this.preview;
  }

  /** Names this request: sent twice, because the first answer was lost, it is still one sketch. Another title is another request. */
  get key() {
    if (this.keyed !== this.title) {
      this.keyed = this.title;
      this.random = newKey();
    }
    return this.random;
  }

  get title() {
    return this.input.value.trim() || titleFrom(this.file.name);
  }

  /** @param {string} selector @returns {HTMLElement} */
  find(selector) {
    return /** @type {HTMLElement} */ (this.element.querySelector(selector));
  }

  /** @param {ItemState} state @param {string} [error] */
  become(state, error = "") {
    this.state = state;
    this.element.dataset.state = state;
    this.find("progress").hidden = state !== "sending";
    this.find("[data-remove]").hidden = state === "sending" || state === "added";
    this.find("[data-error]").hidden = !error;
    this.find("[data-error] span").textContent = error;
    this.input.disabled = state !== "waiting";
  }

  /** @param {number} part */
  sending(part) {
    this.become("sending");
    /** @type {HTMLProgressElement} */ (this.find("progress")).value = part;
  }

  /** @param {string} address of the sketch's page */
  added(address) {
    this.become("added");
    this.address = address;
    const open = /** @type {HTMLAnchorElement} */ (this.find("[data-open]"));
    open.href = address;
    open.hidden = false;
  }

  /** @param {string} reason */
  refuse(reason) {
    this.become("refused", reason);
  }

  /** It may be sent again. @param {string} reason */
  failed(reason) {
    this.become("waiting", reason);
  }

  forget() {
    URL.revokeObjectURL(this.preview);
    this.element.remove();
  }
}

/** @param {string} name */
const titleFrom = (name) => name.replace(/\.[^.]*$/, "").replaceAll(/[_\s]+/g, " ").trim().slice(0, 200) || gettext("Sketch");

/** @param {number} bytes */
const megabytes = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 2 ** 20).toFixed(1)} MB`);
