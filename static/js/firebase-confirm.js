/** Proving again who one is: a fresh token goes with the form. */
import { attempt, open, provider, takeToken, typed } from "./firebase.js";

const token = /** @type {HTMLInputElement} */ (document.querySelector("input[name=id_token]"));
const form = /** @type {HTMLFormElement} */ (token.form);

form.addEventListener("submit", (event) => {
  if (token.value) return;
  event.preventDefault();
  delete form.dataset.sent;
  prove((auth) => auth.signInWithEmailAndPassword(token.dataset.email, typed(form, "password")));
});

for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-provider]"))) {
  button.addEventListener("click", () => prove((auth) => auth.signInWithPopup(provider(button.dataset.provider ?? ""))));
}

function prove(/** @type {(auth: any) => Promise<void>} */ way) {
  attempt(form, async () => {
    const auth = await open();
    await way(auth);
    token.value = await takeToken(auth);
    /** @type {HTMLInputElement} */ (form.elements.namedItem("password")).value = ""; // Firebase's, and not for us
    form.submit();
  });
}
