/**
 * What is shown of a picture and what is covered, drawn over it with a pointer or moved by keys. The number fields beside
 * it hold the positions, in percent; whoever changes one side, the other follows.
 */
import { gettext } from "./words.js";

/** @typedef {[number, number, number, number]} Box left, top, right, bottom in percent */

const SVG = "http://www.w3.org/2000/svg";
const LEAST = { crop: 25, box: 1 };
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

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
    this.layer?.replaceChildren(...this.outside(), ...this.rows.flatMap((row) => this.shape(row)));
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

  /** What the crop cuts off. */
  outside() {
    const [left, top, right, bottom] = this.read(this.rows[0]) ?? [0, 0, 100, 100];
    const path = make("path", { class: "redact-outside", "fill-rule": "evenodd" });
    path.setAttribute("d", `M0 0H100V100H0ZM${left} ${top}H${right}V${bottom}H${left}Z`);
    return [path];
  }

  /** @param {HTMLElement} row @returns {SVGElement[]} */
  shape(row) {
    const box = this.read(row);
    if (!box) return [];
    const [left, top, right, bottom] = box;
    const part = row.dataset.part ?? "box";
    const group = make("g", { class: "redact-shape", tabindex: "0", role: "group", "data-part": part, "data-row": String(this.rows.indexOf(row)) });
    group.setAttribute("aria-label", label(part, box));
    const size = { width: String(Math.max(right - left, 0)), height: String(Math.max(bottom - top, 0)) };
    group.append(make("rect", { class: "face", x: String(left), y: String(top), ...size }));
    for (const [x, y, corner] of /** @type {[number, number, string][]} */ ([[left, top, "0 1"], [right, top, "2 1"], [left, bottom, "0 3"], [right, bottom, "2 3"]])) {
      group.append(make("rect", { class: "grip", x: String(x - 2), y: String(y - 2), width: "4", height: "4", "data-corner": corner }));
    }
    group.addEventListener("keydown", (event) => this.key(event, row));
    group.addEventListener("focus", () => { this.last = row; this.offer(); });
    return [group];
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} row */
  key(event, row) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.last = row;
      this.drop();
      return;
    }
    const arrow = ARROWS[event.key];
    const box = this.read(row);
    if (!arrow || !box) return;
    event.preventDefault();
    this.write(row, event.shiftKey ? stretched(box, [2, 3], arrow, row) : moved(box, arrow));
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
      const drawn = /** @type {Box} */ ([Math.min(x, start[0]), Math.min(y, start[1]), Math.max(x, start[0]), Math.max(y, start[1])]);
      if (row) this.write(row, drawn);
      else row = this.cover(drawn);
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

/** @param {number} value @param {number} least @param {number} most */
const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** @param {string} name @param {Record<string, string>} attributes */
function make(name, attributes) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** @param {Box} box @param {[number, number]} way @returns {Box} */
function moved([left, top, right, bottom], way) {
  const x = clamp(way[0], -left, 100 - right);
  const y = clamp(way[1], -top, 100 - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

/** With these sides moved, the others left where they are. @param {Box} box @param {number[]} sides @param {[number, number]} way @param {HTMLElement} row @returns {Box} */
function stretched(box, sides, way, row) {
  const least = row.dataset.part === "crop" ? LEAST.crop : LEAST.box;
  const next = /** @type {Box} */ ([...box]);
  for (const side of sides) {
    const low = side < 2;
    const other = box[low ? side + 2 : side - 2];
    next[side] = clamp(box[side] + way[side % 2], low ? 0 : other + least, low ? other - least : 100);
  }
  return next;
}

/** @param {string} part @param {Box} box */
function label(part, box) {
  const [left, top, right, bottom] = box.map(Math.round);
  const values = { left, top, right, bottom };
  return part === "crop"
    ? gettext("Shown: from %(left)s to %(right)s percent across, from %(top)s to %(bottom)s down", values)
    : gettext("Covered: from %(left)s to %(right)s percent across, from %(top)s to %(bottom)s down", values);
}

customElements.define("redact-picture", RedactPicture);
