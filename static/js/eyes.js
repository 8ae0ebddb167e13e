/**
 * The two eyes over the sketch, to be dragged or moved with the arrow keys. Positions are in the sketch's pixels.
 * The four number inputs of the form hold them; whoever changes one side, the other follows.
 */
import { framePoints } from "./frame.js";
import { Lens } from "./lens.js";

/** @typedef {[number, number]} Point */

const INPUTS = [["left_x", "left_y"], ["right_x", "right_y"]];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class EyeMarks extends HTMLElement {
  connectedCallback() {
    const layer = this.querySelector("svg");
    if (!layer) return;
    this.layer = layer;
    this.marks = [...layer.querySelectorAll("g")];
    this.size = [Number(this.dataset.width), Number(this.dataset.height)];
    this.found = this.dataset.found ? /** @type {Point[]} */ (JSON.parse(this.dataset.found)) : null;
    /** @type {Point[]} */
    this.eyes = this.marks.map((mark) => {
      const { e, f } = /** @type {DOMMatrix} */ (mark.transform.baseVal.consolidate()?.matrix);
      return [e, f];
    });
    this.lens = new Lens(this, Math.max(...this.size));
    this.marks.forEach((mark, index) => this.listen(mark, index));
    this.abort = new AbortController();
    document.addEventListener("input", (event) => this.typed(event), this.abort);
    document.addEventListener("click", (event) => this.pressed(event), this.abort);
    document.addEventListener("taken-over", () => this.readInputs(), this.abort);
    this.readInputs();
  }

  disconnectedCallback() {
    this.abort?.abort();
  }

  /** @param {SVGGElement} mark @param {number} index */
  listen(mark, index) {
    /** @type {Point} */
    let grip = [0, 0];
    mark.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      mark.focus({ focusVisible: false });
      mark.setPointerCapture(event.pointerId);
      mark.classList.add("held");
      const at = this.locate(event);
      grip = [this.eyes[index][0] - at[0], this.eyes[index][1] - at[1]];
      this.lens.show(this.eyes[index]);
    });
    mark.addEventListener("pointermove", (event) => {
      if (!mark.hasPointerCapture(event.pointerId)) return;
      const at = this.locate(event);
      this.place(index, [at[0] + grip[0], at[1] + grip[1]]);
      this.lens.show(this.eyes[index]);
    });
    const release = () => {
      mark.classList.remove("held");
      this.lens.hide();
    };
    mark.addEventListener("lostpointercapture", release);
    mark.addEventListener("blur", release);
    mark.addEventListener("keydown", (event) => {
      const arrow = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
      if (!arrow) return;
      event.preventDefault();
      const step = (Math.max(...this.size) / 512) * (event.shiftKey ? 10 : 1);
      this.place(index, [this.eyes[index][0] + arrow[0] * step, this.eyes[index][1] + arrow[1] * step]);
      this.lens.show(this.eyes[index]);
    });
  }

  /** Where a pointer is, in the sketch's pixels. @param {PointerEvent} event @returns {Point} */
  locate(event) {
    const matrix = this.layer.getScreenCTM()?.inverse();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    return [at.x, at.y];
  }

  /** @param {number} index @param {Point} point */
  place(index, point) {
    this.eyes[index] = [clamp(point[0], this.size[0]), clamp(point[1], this.size[1])];
    this.draw();
    this.writeInputs();
  }

  draw() {
    this.marks.forEach((mark, index) => {
      const [x, y] = this.eyes[index];
      mark.setAttribute("transform", `translate(${x} ${y})`);
      mark.setAttribute("aria-valuenow", String(Math.round(x)));
      mark.setAttribute("aria-valuetext", `${Math.round(x)} across, ${Math.round(y)} down`);
    });
    this.layer.querySelector("polygon")?.setAttribute("points", framePoints(this.eyes));
  }

  /** @returns {HTMLInputElement[][]} */
  get inputs() {
    return INPUTS.map((pair) => pair.map((id) => /** @type {HTMLInputElement} */ (document.getElementById(id))));
  }

  writeInputs() {
    this.inputs.forEach((pair, eye) => pair.forEach((input, axis) => { input.value = this.eyes[eye][axis].toFixed(1); }));
    this.offerReset();
  }

  readInputs() {
    const values = this.inputs.map((pair) => pair.map((input) => input.value));
    const placed = values.flat().every((value) => value !== "");
    this.layer.toggleAttribute("hidden", !placed);
    if (placed) {
      this.eyes = values.map(([x, y]) => [clamp(Number(x), this.size[0]), clamp(Number(y), this.size[1])]);
      this.draw();
    }
    this.offerReset();
  }

  offerReset() {
    const button = /** @type {HTMLElement | null} */ (document.querySelector("[data-reset-eyes]"));
    const values = this.inputs.flat().map((input) => input.value);
    const start = this.found ? this.found.flat().map((value) => value.toFixed(1)) : ["", "", "", ""];
    if (button) button.hidden = values.every((value, index) => value === start[index] || Number(value) === Number(start[index] || NaN));
  }

  /** @param {Event} event */
  typed(event) {
    if (INPUTS.flat().includes(/** @type {Element} */ (event.target).id)) this.readInputs();
  }

  /** @param {Event} event */
  pressed(event) {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("[data-reset-eyes]")) {
      if (this.found) this.eyes = this.found.map(([x, y]) => [x, y]);
      if (this.found) this.writeInputs();
      else for (const input of this.inputs.flat()) input.value = "";
      this.readInputs();
    } else if (target.closest("[data-place-eyes]")) {
      this.writeInputs();
      this.readInputs();
      this.marks[0].focus();
    }
  }
}

/** @param {number} value @param {number} most */
const clamp = (value, most) => Math.min(Math.max(value, 0), most);

customElements.define("eye-marks", EyeMarks);
