/** Keys that name a request, so that the server does it once however often it comes. */

export function newKey() {
  // randomUUID is there on https only.
  return [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A page that comes back from the browser's memory asks for something new. */
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[name=idempotency_key]"))) field.value = newKey();
});
