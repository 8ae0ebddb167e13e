/**
 * The geometry of what is shown and covered of a picture: boxes in percent of its sides, moved and stretched within it.
 *
 * @typedef {[number, number, number, number]} Box left, top, right, bottom
 */

/** @type {Record<string, [number, number]>} */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const LEAST = { crop: 25, box: 1 };

/** @param {number} value @param {number} least @param {number} most */
export const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** @param {Box} box @param {[number, number]} way @returns {Box} */
export function moved([left, top, right, bottom], way) {
  const x = clamp(way[0], -left, 100 - right);
  const y = clamp(way[1], -top, 100 - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

/** With these sides moved, the others left where they are. @param {Box} box @param {number[]} sides @param {[number, number]} way @param {HTMLElement} row @returns {Box} */
export function stretched(box, sides, way, row) {
  const least = row.dataset.part === "crop" ? LEAST.crop : LEAST.box;
  const next = /** @type {Box} */ ([...box]);
  for (const side of sides) {
    const low = side < 2;
    const other = box[low ? side + 2 : side - 2];
    next[side] = clamp(box[side] + way[side % 2], low ? 0 : other + least, low ? other - least : 100);
  }
  return next;
}

/** The box between two corners. @param {[number, number]} one @param {[number, number]} other @returns {Box} */
export function spanned(one, other) {
  return [Math.min(one[0], other[0]), Math.min(one[1], other[1]), Math.max(one[0], other[0]), Math.max(one[1], other[1])];
}
