/** Suggests an end for the tag that is being written, after those between commas before it. */
const input = /** @type {HTMLInputElement | null} */ (document.querySelector("input[data-list]"));
const list = input?.list;

if (input && list) {
  const names = [...list.options].map((option) => option.value);
  input.addEventListener("input", () => {
    const written = input.value.split(",").slice(0, -1).map((tag) => tag.trim());
    const lead = written.length ? `${written.join(", ")}, ` : "";
    const left = names.filter((name) => !written.includes(name));
    list.replaceChildren(...left.map((name) => Object.assign(document.createElement("option"), { value: lead + name })));
  });
}
