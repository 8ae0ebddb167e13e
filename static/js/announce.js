/** Has a screen reader say something, once it has finished what it is saying. @param {string} words */
export function announce(words) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = words;
}
