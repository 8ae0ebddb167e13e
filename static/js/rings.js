/** The two rings over the sketch: drawn, dragged by a pointer, moved by the arrow keys. */
import { framePoints } from "./frame.js";
import { Lens } from "./lens.js";
import { gettext } from "./words.js";

/** @typedef {[number, number]} Point in the sketch's pixels */

/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Rings {
  /**
   * @param {HTMLElement} host holds the sketch's picture and the layer
   * @param {SVGSVGElement} layer in the sketch's pixels
   * @param {Point} size of the sketch
   * @param {() => void} moved called whenever a person has moved a ring
   */
  constructor(host, layer, size, moved) {
    this.layer = layer;
    this.size = size;
    this.moved = moved;
    this.marks = [...layer.querySelectorAll("g")];
    /** @type {Point[]} */
    this.points = this.marks.map((mark) => {
      const { e, f } = /** @type {SVGTransform} */ (mark.transform.baseVal.consolidate()).matrix;
      return [e, f];
    });
    this.lens = new Lens(host, Math.max(...size));
    this.marks.forEach((mark, index) => {
      this.listenToPointer(mark, index);
      this.listenToKeys(mark, index);
    });
  }

  get shown() {
    return !this.layer.hasAttribute("hidden");
  }

  set shown(yes) {
    this.layer.toggleAttribute("hidden", !yes);
  }

  /** @param {Point[]} points */
  set(points) {
    this.points = points.map(([x, y]) => [clamp(x, this.size[0]), clamp(y, this.size[1])]);
    this.draw();
  }

  draw() {
    this.marks.forEach((mark, index) => {
      const [x, y] = this.points[index];
      mark.setAttribute("transform", `translate(${x} ${y})`);
      mark.setAttribute("aria-valuenow", String(Math.round(x)));
      mark.setAttribute("aria-valuetext", gettext("%(x)s across, %(y)s down", { x: Math.round(x), y: Math.round(y) }));
    });
    this.layer.querySelector("polygon")?.setAttribute("points", framePoints(this.points));
  }

  /** @param {number} index @param {Point} point */
  move(index, point) {
    this.set(this.points.map((old, other) => (other === index ? point : old)));
    this.lens.show(this.points[index]);
    this.moved();
  }

  /** @param {SVGGElement} mark @param {number} index */
  listenToPointer(mark, index) {
    /** @type {Point} */
    let grip = [0, 0]; // from where the pointer took hold to the middle of the ring
    mark.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      mark.focus();
      mark.setPointerCapture(event.pointerId);
      mark.classList.add("held");
      const [x, y] = this.locate(event);
      grip = [this.points[index][0] - x, this.points[index][1] - y];
      this.lens.show(this.points[index]);
    });
    mark.addEventListener("pointermove", (event) => {
      if (!mark.hasPointerCapture(event.pointerId)) return;
      const [x, y] = this.locate(event);
      this.move(index, [x + grip[0], y + grip[1]]);
    });
    for (const end of ["lostpointercapture", "blur"]) {
      mark.addEventListener(end, () => {
        mark.classList.remove("held");
        this.lens.hide();
      });
    }
  }

  /** @param {SVGGElement} mark @param {number} index */
  listenToKeys(mark, index) {
    mark.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      const step = (Math.max(...this.size) / 512) * (event.shiftKey ? 10 : 1);
      const [x, y] = this.points[index];
      this.move(index, [x + arrow[0] * step, y + arrow[1] * step]);
    });
  }

  /** @param {PointerEvent} event @returns {Point} */
  locate(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.layer.getScreenCTM()?.inverse());
    return [at.x, at.y];
  }
}

/** @param {number} value @param {number} most */
const clamp = (value, most) => Math.min(Math.max(value, 0), most);
