/** Where the links in Firebase's messages lead: choosing a password, verifying an address. */
import { Refusal, attempt, enter, open, say, typed } from "./firebase.js";
import { gettext } from "./words.js";

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
  if (password.length < least) throw new Refusal(gettext("A password needs at least %(least)s characters; a few words together work well.", { least }));
  if (typed(form, "repeat") !== password) throw new Refusal(gettext("The two passwords differ; type the same one twice."));
  const auth = await open();
  email ||= await auth.verifyPasswordResetCode(code);
  await auth.confirmPasswordReset(code, password);
  await auth.signInWithEmailAndPassword(email, password);
  await enter(auth, form);
}

async function verify() {
  await (await open()).applyActionCode(code);
  form.querySelector("button")?.remove();
  say("good", gettext("Your e-mail address is verified"), gettext("You can sign in now."));
}
