/** Shows beside the pattern what a case that is opened today would be numbered. The server checks what is saved. */
import { gettext } from "./words.js";

const FIELD = /\{(year|be|month|unit|number)(?::0([1-9]))?\}/g;

for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-pattern]"))) {
  const output = document.querySelector(`output[for="${input.id}"]`);
  input.addEventListener("input", () => {
    if (output) output.textContent = example(input);
  });
}

/** @param {HTMLInputElement} input */
function example(input) {
  const names = [...input.value.matchAll(FIELD)].map((field) => field[1]);
  const rest = input.value.replace(FIELD, "");
  if (names.filter((name) => name === "number").length !== 1) return gettext("it needs {number} once");
  if (!/^[^{}<>&"'\\:*?|%#]*$/.test(rest)) return gettext("a sign here cannot be used");
  const known = input.dataset;
  return input.value.replace(FIELD, (_whole, name, digits) =>
    name === "number" ? "42".padStart(Number(digits ?? 1), "0") : (known[name] ?? ""),
  );
}
