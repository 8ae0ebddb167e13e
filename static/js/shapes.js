/** How what is shown and covered of a picture is drawn over it: a rectangle with a grip at each corner. */
import { gettext } from "./words.js";

/** @typedef {import("./boxes.js").Box} Box */

const SVG = "http://www.w3.org/2000/svg";

/** @param {Box} box what the crop leaves; drawn is what it cuts off */
export function outside([left, top, right, bottom]) {
  const path = make("path", { class: "redact-outside", "fill-rule": "evenodd" });
  path.setAttribute("d", `M0 0H100V100H0ZM${left} ${top}H${right}V${bottom}H${left}Z`);
  return path;
}

/** @param {string} part "crop" or "box" @param {Box} box @param {number} row its place among the rows of numbers */
export function shape(part, box, row) {
  const [left, top, right, bottom] = box;
  const group = make("g", { class: "redact-shape", tabindex: "0", role: "group", "data-part": part, "data-row": String(row) });
  group.setAttribute("aria-label", label(part, box));
  const size = { width: String(Math.max(right - left, 0)), height: String(Math.max(bottom - top, 0)) };
  group.append(make("rect", { class: "face", x: String(left), y: String(top), ...size }));
  for (const [x, y, corner] of /** @type {[number, number, string][]} */ ([[left, top, "0 1"], [right, top, "2 1"], [left, bottom, "0 3"], [right, bottom, "2 3"]])) {
    group.append(make("rect", { class: "grip", x: String(x - 2), y: String(y - 2), width: "4", height: "4", "data-corner": corner }));
  }
  return group;
}

/** @param {string} name @param {Record<string, string>} attributes */
function make(name, attributes) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** @param {string} part @param {Box} box */
function label(part, box) {
  const [left, top, right, bottom] = box.map(Math.round);
  const values = { left, top, right, bottom };
  return part === "crop"
    ? gettext("Shown: from %(left)s to %(right)s percent across, from %(top)s to %(bottom)s down", values)
    : gettext("Covered: from %(left)s to %(right)s percent across, from %(top)s to %(bottom)s down", values);
}
