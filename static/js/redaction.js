/**
 * What is shown of a picture and what is covered, drawn over it with a pointer or moved by keys. The number fields beside
 * it hold the positions, in percent; whoever changes one side, the other follows.
 */
import { ARROWS, clamp, moved, spanned, stretched } from "./boxes.js";
import { outside, shape } from "./shapes.js";

/** @typedef {import("./boxes.js").Box} Box */

class RedactPicture extends HTMLElement {
  connectedCallback() {
    this.layer = /** @type {SVGSVGElement} */ (this.querySelector("svg"));
    this.boxes = /** @type {HTMLElement} */ (this.querySelector("[data-boxes]"));
    for (const tool of this.querySelectorAll("[data-tools]")) tool.removeAttribute("hidden");
    this.layer.removeAttribute("hidden");
    this.addEventListener("input", () => this.draw());
    this.layer.addEventListener("pointerdown", (event) => this.begin(event));
    this.tool("add").addEventListener("click", () => this.focusOn(this.cover([35, 35, 65, 65])));
    this.tool("remove").addEventListener("click", () => this.drop());
    this.tool("whole").addEventListener("click", () => this.write(this.rows[0], [0, 0, 100, 100]));
    this.draw();
  }

  /** @param {string} name */
  tool(name) {
    return /** @type {HTMLButtonElement} */ (this.querySelector(`[data-${name}]`));
  }

  /** The rows of numbers: the crop's, then the boxes', of which the last is empty. */
  get rows() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".redact-row")]);
  }

  /** @param {HTMLElement} row @returns {Box | null} */
  read(row) {
    const texts = inputs(row).map((input) => input.value.trim().replace(",", "."));
    const box = /** @type {Box} */ (texts.map(Number));
    return texts.every((text) => text !== "") && box.every((side) => Number.isFinite(side)) ? box : null;
  }

  /** @param {HTMLElement} row @param {Box} box */
  write(row, box) {
    inputs(row).forEach((input, side) => { input.value = String(Math.round(box[side] * 10) / 10); });
    this.draw();
  }

  /** Cover this much. @param {Box} box @returns {HTMLElement} the row that holds it */
  cover(box) {
    const row = /** @type {HTMLElement} */ (this.boxes?.lastElementChild);
    const empty = /** @type {HTMLElement} */ (row.cloneNode(true));
    row.after(empty);
    this.write(row, box);
    return row;
  }

  draw() {
    const focused = this.chosen;
    this.layer?.replaceChildren(outside(this.read(this.rows[0]) ?? [0, 0, 100, 100]), ...this.rows.flatMap((row) => this.shape(row)));
    this.focusOn(focused);
  }

  /** The row whose shape has the focus. */
  get chosen() {
    const shape = this.layer?.contains(document.activeElement) ? document.activeElement : null;
    return shape ? this.rows[Number(/** @type {SVGElement} */ (shape).dataset.row)] : null;
  }

  /** @param {HTMLElement | null} row */
  focusOn(row) {
    const place = row ? this.rows.indexOf(row) : -1;
    /** @type {SVGElement | null | undefined} */ (this.layer?.querySelector(`[data-row="${place}"]`))?.focus({ preventScroll: true });
    this.offer();
  }

  offer() {
    this.tool("remove").disabled = this.last?.dataset.part !== "box" || !this.last.isConnected;
  }

  /** @param {HTMLElement} row @returns {SVGElement[]} */
  shape(row) {
    const box = this.read(row);
    if (!box) return [];
    const group = shape(row.dataset.part ?? "box", box, this.rows.indexOf(row));
    group.addEventListener("keydown", (event) => this.key(event, row));
    group.addEventListener("focus", () => { this.last = row; this.offer(); });
    return [group];
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} row */
  key(event, row) {
    const [arrow, box] = [ARROWS[event.key], this.read(row)];
    const gone = event.key === "Delete" || event.key === "Backspace";
    if (gone || (arrow && box)) event.preventDefault();
    if (gone) {
      this.last = row;
      this.drop();
    } else if (arrow && box) this.write(row, event.shiftKey ? stretched(box, [2, 3], arrow, row) : moved(box, arrow));
  }

  /** Remove the box that was chosen last; the crop stays. */
  drop() {
    if (this.last?.dataset.part !== "box" || !this.last.isConnected) return;
    this.last.remove();
    this.draw();
    this.offer();
    this.tool("add").focus();
  }

  /** Draw a box, or take hold of a shape or of its corner. @param {PointerEvent} event */
  begin(event) {
    const target = /** @type {SVGElement} */ (event.target);
    const shape = /** @type {SVGElement | null} */ (target.closest(".redact-shape"));
    event.preventDefault();
    const start = this.locate(event);
    let row = shape ? this.rows[Number(shape.dataset.row)] : null;
    const first = row ? this.read(row) : null;
    const corner = target.dataset.corner?.split(" ").map(Number) ?? null;
    if (row) this.focusOn(row);
    this.layer?.setPointerCapture(event.pointerId);
    const follow = (/** @type {PointerEvent} */ now) => {
      const [x, y] = this.locate(now);
      const way = /** @type {[number, number]} */ ([x - start[0], y - start[1]]);
      if (row && first) {
        this.write(row, corner ? stretched(first, corner, way, row) : moved(first, way));
        return;
      }
      if (Math.abs(way[0]) < 1 || Math.abs(way[1]) < 1) return;
      if (row) this.write(row, spanned(start, [x, y]));
      else row = this.cover(spanned(start, [x, y]));
    };
    const end = () => {
      this.layer?.removeEventListener("pointermove", follow);
      this.focusOn(row);
    };
    this.layer?.addEventListener("pointermove", follow);
    this.layer?.addEventListener("lostpointercapture", end, { once: true });
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  locate(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.layer?.getScreenCTM()?.inverse());
    return [clamp(at.x, 0, 100), clamp(at.y, 0, 100)];
  }
}

/** @param {HTMLElement} row */
const inputs = (row) => [...row.querySelectorAll("input")];

customElements.define("redact-picture", RedactPicture);
