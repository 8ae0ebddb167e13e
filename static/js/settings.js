/** The form beside the stage: help and controls that follow the engine, the percentage, a seed by chance. */

document.addEventListener("input", (event) => {
  const control = /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target);
  showSwatch(control);
  if (control.id === "engine" && control instanceof HTMLSelectElement) followEngine(control);
  const output = document.querySelector(`output[for="${control.id}"]`);
  if (output) output.textContent = `${Math.round(Number(control.value) * 100)} %`;
});

document.addEventListener("click", (event) => {
  if (!(/** @type {Element} */ (event.target).closest("[data-dice]"))) return;
  const seed = /** @type {HTMLInputElement} */ (document.getElementById("seed"));
  // Four digits are enough to differ, and can be said over the telephone.
  seed.value = String(1 + Math.floor(Math.random() * 9999));
});

/** The colour beside a name. @param {HTMLInputElement | HTMLSelectElement} control */
function showSwatch(control) {
  const circle = document.querySelector(`[data-swatch="${control.id}"] circle`);
  if (!circle || !(control instanceof HTMLSelectElement)) return;
  const colour = control.selectedOptions[0]?.dataset.colour;
  if (colour) circle.setAttribute("fill", colour);
  else circle.removeAttribute("fill");
}

/** @param {HTMLSelectElement} engine */
function followEngine(engine) {
  const chosen = engine.selectedOptions[0];
  const help = document.getElementById("engine-help");
  if (help) help.textContent = chosen?.dataset.help ?? "";
  const offered = (chosen?.dataset.controls ?? "").split(" ");
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-control]"))) {
    field.hidden = !offered.includes(field.dataset.control ?? "");
    if (field instanceof HTMLFieldSetElement) field.disabled = field.hidden;
  }
}
