/** A magnifier in a corner of the sketch, away from the finger, that shows what lies under an eye ring. */
const PIXELS = 336;

export class Lens {
  /** @param {HTMLElement} host holds the sketch's img @param {number} reach its longer side in pixels */
  constructor(host, reach) {
    this.host = host;
    this.radius = reach * 0.05;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "lens";
    this.canvas.width = this.canvas.height = PIXELS;
    this.canvas.hidden = true;
    this.canvas.setAttribute("aria-hidden", "true");
    host.append(this.canvas);
  }

  /** @param {[number, number]} point in the sketch's pixels */
  show([x, y]) {
    const picture = /** @type {HTMLImageElement} */ (this.host.querySelector("img"));
    const brush = this.canvas.getContext("2d");
    if (!brush || !picture.complete) return;
    const scale = PIXELS / (2 * this.radius);
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.fillStyle = "#c9c9c9";
    brush.fillRect(0, 0, PIXELS, PIXELS);
    brush.setTransform(scale, 0, 0, scale, (this.radius - x) * scale, (this.radius - y) * scale);
    brush.drawImage(picture, 0, 0);
    brush.setTransform(1, 0, 0, 1, PIXELS / 2, PIXELS / 2);
    brush.strokeStyle = "#2a48b5";
    brush.lineWidth = 3;
    brush.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      brush.moveTo(dx * 14, dy * 14);
      brush.lineTo(dx * 48, dy * 48);
    }
    brush.stroke();
    this.canvas.dataset.side = x < picture.naturalWidth / 2 ? "right" : "left";
    this.canvas.hidden = false;
  }

  hide() {
    this.canvas.hidden = true;
  }
}
