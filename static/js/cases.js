/** The list of cases: a box that ticks all, and a line that says how many are ticked. */
import { ngettext } from "./words.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-bulk]"));

if (form) {
  const every = /** @type {HTMLInputElement} */ (form.querySelector("[data-every]"));
  const chosen = /** @type {HTMLElement | null} */ (form.querySelector("[data-chosen]"));
  const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input[name="case"]')]);
  const before = chosen?.textContent ?? "";
  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    every.checked = count === boxes.length;
    every.indeterminate = count > 0 && count < boxes.length;
    if (chosen) chosen.textContent = count ? ngettext("%(num)s case chosen", "%(num)s cases chosen", count, { num: count }) : before;
  };
  every.hidden = false;
  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
    tell();
  });
  form.addEventListener("change", tell);
  tell();
}
