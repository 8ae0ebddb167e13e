/**
 * What the scripts say, in the language of the page. Its catalogue came before the scripts; English needs none.
 * @type {Record<string, string | string[]>}
 */
const catalogue = /** @type {any} */ (globalThis).semblanceWords ?? {};

/**
 * @param {string} message English, with %(name)s for each of the values
 * @param {Record<string, string | number>} [values]
 */
export function gettext(message, values) {
  return fill(/** @type {string} */ (catalogue[message] ?? message), values);
}

/** @param {string} one @param {string} many @param {number} count @param {Record<string, string | number>} [values] */
export function ngettext(one, many, count, values) {
  const forms = catalogue[one] ?? [one, many];
  return fill(forms[count === 1 ? 0 : forms.length - 1], { num: count, ...values });
}

/** @param {string} message @param {Record<string, string | number>} [values] */
function fill(message, values = {}) {
  return message.replace(/%\((\w+)\)s|%%/g, (found, name) => (name ? String(values[name] ?? found) : "%"));
}
