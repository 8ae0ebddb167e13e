/** The before/after view: a range that the keyboard moves, and the picture itself that a pointer drags. */
import { gettext } from "./words.js";

class WipeView extends HTMLElement {
  connectedCallback() {
    const range = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    const frame = /** @type {HTMLElement} */ (this.querySelector(".wipe-frame"));
    const show = () => {
      this.style.setProperty("--wipe", `${range.value}%`);
      const said = { percent: range.value };
      const words = this.dataset.under === "photo" ? gettext("%(percent)s %% photo", said) : gettext("%(percent)s %% sketch", said);
      range.setAttribute("aria-valuetext", words);
    };
    const drag = (/** @type {PointerEvent} */ event) => {
      const box = frame.getBoundingClientRect();
      range.value = String(((event.clientX - box.left) / box.width) * 100);
      show();
    };
    range.addEventListener("input", show);
    frame.addEventListener("pointerdown", (event) => {
      frame.setPointerCapture(event.pointerId);
      drag(event);
    });
    // Or the browser would take the picture itself away, and the pointer with it.
    frame.addEventListener("dragstart", (event) => event.preventDefault());
    frame.addEventListener("pointermove", (event) => {
      if (frame.hasPointerCapture(event.pointerId)) drag(event);
    });
    show();
  }
}

customElements.define("wipe-view", WipeView);
