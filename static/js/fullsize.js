/** The full-size view of the sketch and of the likeness. Without script the same links open the pictures. */
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("fullsize"));
const picture = /** @type {HTMLImageElement} */ (dialog.querySelector("img"));
const label = /** @type {HTMLElement} */ (dialog.querySelector("[data-full-label]"));

/** @param {string} what sketch or likeness */
const linkTo = (what) => /** @type {HTMLAnchorElement | null} */ (document.querySelector(`a[data-full="${what}"]`));

/** @param {string} what */
function show(what) {
  const link = linkTo(what);
  if (!link) return;
  picture.src = link.href;
  picture.alt = link.closest("figure")?.querySelector(".canvas img")?.getAttribute("alt") ?? "";
  label.hidden = what !== "likeness";
  for (const input of dialog.querySelectorAll("input")) input.checked = input.value === what;
}

document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a[data-full]");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const only = /** @type {HTMLElement} */ (dialog.querySelector("[data-only-likeness]"));
  only.hidden = !linkTo("likeness");
  show(link.dataset.full ?? "");
  dialog.showModal();
});

dialog.addEventListener("change", (event) => show(/** @type {HTMLInputElement} */ (event.target).value));
