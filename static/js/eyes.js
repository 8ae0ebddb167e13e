/**
 * Holds the sketch's picture and the rings on its eyes. Four number inputs of the form keep the positions;
 * whoever changes one side, the other follows.
 */
import { Rings } from "./rings.js";

/** @typedef {import("./rings.js").Point} Point */

const IDS = [["left_x", "left_y"], ["right_x", "right_y"]];

/** Looked up each time: the form may have been taken over from a newer page. */
const inputs = () => IDS.map((pair) => pair.map((id) => /** @type {HTMLInputElement} */ (document.getElementById(id))));

class EyeMarks extends HTMLElement {
  connectedCallback() {
    const layer = this.querySelector("svg");
    if (!layer) return; // the eyes are still being looked for
    const rings = new Rings(this, layer, [Number(this.dataset.width), Number(this.dataset.height)], () => this.write(rings));
    this.gone = new AbortController();
    document.addEventListener("input", (event) => {
      if (IDS.flat().includes(/** @type {Element} */ (event.target).id)) this.read(rings);
    }, this.gone);
    document.addEventListener("taken-over", () => this.read(rings), this.gone);
    document.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      if (target.closest("[data-reset-eyes]")) this.reset(rings);
      if (target.closest("[data-place-eyes]")) this.begin(rings);
    }, this.gone);
    this.read(rings);
  }

  disconnectedCallback() {
    this.gone?.abort();
  }

  /** Where the program found the eyes. @returns {Point[] | null} */
  get found() {
    return this.dataset.found ? JSON.parse(this.dataset.found) : null;
  }

  /** @param {Rings} rings */
  write(rings) {
    inputs().forEach((pair, eye) => pair.forEach((input, axis) => { input.value = rings.points[eye][axis].toFixed(1); }));
    this.offerReset();
  }

  /** @param {Rings} rings */
  read(rings) {
    const values = inputs().map((pair) => pair.map((input) => input.value));
    rings.shown = values.flat().every((value) => value !== "");
    if (rings.shown) rings.set(values.map(([x, y]) => [Number(x), Number(y)]));
    this.offerReset();
  }

  offerReset() {
    const button = /** @type {HTMLElement | null} */ (document.querySelector("[data-reset-eyes]"));
    const start = this.found?.flat() ?? [];
    const same = inputs().flat().every((input, index) => (start.length ? Number(input.value).toFixed(1) === start[index].toFixed(1) : !input.value));
    if (button) button.hidden = same;
  }

  /** @param {Rings} rings */
  reset(rings) {
    const start = this.found?.flat() ?? [];
    inputs().flat().forEach((input, index) => { input.value = start[index]?.toFixed(1) ?? ""; });
    this.read(rings);
  }

  /** Put the rings where eyes usually are, to be moved from there. @param {Rings} rings */
  begin(rings) {
    this.write(rings);
    this.read(rings);
    rings.marks[0].focus();
  }
}

customElements.define("eye-marks", EyeMarks);
