/** The form beside the stage: help and controls that follow the engine, the percentage, a seed by chance. */

document.addEventListener("input", (event) => {
  const control = /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target);
  if (control.id === "engine" && control instanceof HTMLSelectElement) followEngine(control);
  const output = document.querySelector(`output[for="${control.id}"]`);
  if (output) output.textContent = `${Math.round(Number(control.value) * 100)} %`;
});

document.addEventListener("click", (event) => {
  if (!(/** @type {Element} */ (event.target).closest("[data-dice]"))) return;
  const seed = /** @type {HTMLInputElement} */ (document.getElementById("seed"));
  seed.value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
});

/** @param {HTMLSelectElement} engine */
function followEngine(engine) {
  const chosen = engine.selectedOptions[0];
  const help = document.getElementById("engine-help");
  if (help) help.textContent = chosen?.dataset.help ?? "";
  const offered = (chosen?.dataset.controls ?? "").split(" ");
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-control]"))) {
    field.hidden = !offered.includes(field.dataset.control ?? "");
  }
}
