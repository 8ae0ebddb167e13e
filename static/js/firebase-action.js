/** Where the links in Firebase's messages lead: choosing a password, verifying an address. */
import { Refusal, attempt, enter, open, say, typed } from "./firebase.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-action]"));
const code = new URLSearchParams(location.search).get("oobCode") ?? "";
const resets = form.dataset.action === "resetPassword";
let email = "";

if (resets) {
  attempt(form, async () => {
    email = await (await open()).verifyPasswordResetCode(code);
    /** @type {HTMLElement} */ (form.querySelector("[data-email]")).textContent = email;
    /** @type {HTMLInputElement} */ (form.elements.namedItem("username")).value = email;
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(form, resets ? choose : verify);
});

async function choose() {
  const password = typed(form, "password");
  const least = Number(form.dataset.min);
  if (password.length < least) throw new Refusal(`A password needs at least ${least} characters; a few words together work well.`);
  if (typed(form, "repeat") !== password) throw new Refusal("The two passwords differ; type the same one twice.");
  const auth = await open();
  email ||= await auth.verifyPasswordResetCode(code);
  await auth.confirmPasswordReset(code, password);
  await auth.signInWithEmailAndPassword(email, password);
  await enter(auth, form);
}

async function verify() {
  await (await open()).applyActionCode(code);
  form.querySelector("button")?.remove();
  say("good", "Your e-mail address is verified", "You can sign in now.");
}
