/** Where the eyes of every likeness are, and its side, in its pixels. */
const EYES = [[193, 240], [319, 240]];
const SIDE = 512;

/**
 * The part of the sketch that is rendered when its eyes are at these points: the corners of a turned square.
 * @param {[number, number][]} eyes the one further left is the left eye
 * @returns {string} for the `points` of an SVG polygon
 */
export function framePoints(eyes) {
  const [[lx, ly], [rx, ry]] = [...eyes].sort((a, b) => a[0] - b[0]);
  // One pixel of the likeness along its x axis, in pixels of the sketch; its y axis is that turned by 90 degrees.
  const across = EYES[1][0] - EYES[0][0];
  const ux = (rx - lx) / across;
  const uy = (ry - ly) / across;
  const corners = [[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]];
  return corners
    .map(([x, y]) => [x - EYES[0][0], y - EYES[0][1]])
    .map(([x, y]) => `${(lx + x * ux - y * uy).toFixed(1)},${(ly + x * uy + y * ux).toFixed(1)}`)
    .join(" ");
}
