/**
 * Parts of a page, marked `data-region`, that are taken over from a newer copy of the same page.
 * Only parts that the server changed are touched, so focus and what a person typed stay where they are.
 * This module must be the first to run: it notes the parts as they were served.
 */

/** @type {Map<string, string>} */
const served = new Map();
for (const region of regions(document)) served.set(region.dataset.region ?? "", region.innerHTML);

/** @param {ParentNode} root @returns {NodeListOf<HTMLElement>} */
function regions(root) {
  return root.querySelectorAll("[data-region]");
}

/**
 * @param {string} html a newer copy of this page
 * @param {{keep?: boolean}} [options] keep: whether what a person changed in a form outlives the change
 * @returns {Promise<void>}
 */
export async function takeOver(html, { keep = true } = {}) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const changed = [...regions(page)].filter((part) => served.get(part.dataset.region ?? "") !== part.innerHTML);
  await Promise.all(changed.flatMap((part) => [...part.querySelectorAll("img")].map(load)));
  for (const part of changed) {
    const name = part.dataset.region ?? "";
    const here = /** @type {HTMLElement | null} */ (document.querySelector(`[data-region="${name}"]`));
    if (!here) continue;
    served.set(name, part.innerHTML);
    const restoreFocus = noteFocus(here);
    const restoreForm = keep ? noteForm(here) : () => {};
    here.replaceChildren(...part.childNodes);
    restoreForm();
    restoreFocus();
  }
  // For what spans several parts, like the rings on the sketch and the numbers in the form.
  if (changed.length) document.dispatchEvent(new Event("taken-over"));
}

/** Have a picture in the cache before it is put on the page, so that nothing flashes. @param {HTMLImageElement} picture */
async function load(picture) {
  const source = picture.getAttribute("src");
  if (!source || picture.loading === "lazy") return;
  const early = new Image();
  early.src = source;
  await early.decode().catch(() => {});
}

/** @param {HTMLElement} region */
function noteFocus(region) {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  if (!active || !region.contains(active)) return () => {};
  const key = keyOf(active);
  return () => {
    const again = [...region.querySelectorAll("a, button, input, select, summary, [tabindex]")].find((one) => keyOf(one) === key);
    if (again instanceof HTMLElement || again instanceof SVGElement) again.focus({ preventScroll: true });
    else document.getElementById("main")?.focus({ preventScroll: true });
  };
}

/** @param {Element} element */
function keyOf(element) {
  return element.id || element.getAttribute("aria-label") || element.getAttribute("href") || element.textContent?.trim();
}

/** @param {HTMLElement} region @returns {any[]} */
const controlsOf = (region) => [...region.querySelectorAll("input, select")];

/** What a person changed in a part's form and which details are open, to be done again after the change. @param {HTMLElement} region */
function noteForm(region) {
  const typed = controlsOf(region).filter(isTouched).map((one) => ({ key: controlKey(one), value: one.value, checked: one.checked }));
  const open = [...region.querySelectorAll("details")].map((one) => one.open);
  return () => {
    for (const { key, value, checked } of typed) {
      const control = controlsOf(region).find((one) => controlKey(one) === key);
      if (!control) continue;
      if (control.type === "radio" || control.type === "checkbox") control.checked = checked;
      else control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
    region.querySelectorAll("details").forEach((one, index) => { one.open = open[index] ?? one.open; });
  };
}

/** @param {any} control */
function isTouched(control) {
  if (control.type === "radio" || control.type === "checkbox") return control.checked !== control.defaultChecked;
  if (control.options) return [...control.options].some((one) => one.selected !== one.defaultSelected);
  return control.type !== "hidden" && control.value !== control.defaultValue;
}

/** @param {any} control */
const controlKey = (control) => (control.type === "radio" ? `${control.name}=${control.value}` : control.id || control.name);
