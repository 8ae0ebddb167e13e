/** What the pages that talk to Firebase share. Nothing of it outlives the page: our own session takes its place. */
import { gettext } from "./words.js";

const told = /** @type {HTMLElement} */ (document.querySelector("[data-firebase]")).dataset;
const SAME = gettext("That e-mail and password do not match an account that can sign in. Check both, or choose a new password.");
const WORDS = {
  "auth/network-request-failed": gettext("Firebase, which checks your password, cannot be reached. Try again in a minute."),
  "auth/too-many-requests": gettext("There were too many tries. Wait a few minutes, then try again."),
  "auth/expired-action-code": gettext("This link has been used or has run out. Ask for a new one on the sign-in page."),
  "auth/invalid-action-code": gettext("This link has been used or has run out. Ask for a new one on the sign-in page."),
  "auth/weak-password": gettext("That password is too easy to guess; choose a longer one."),
  "auth/password-does-not-meet-requirements": gettext("That password does not meet your agency's rules; choose a longer one."),
  "auth/popup-closed-by-user": gettext("The window was closed before you had signed in. Try again."),
  "auth/popup-blocked": gettext("The browser did not open the window. Allow it for this site, then try again."),
};

/** Says no in words for the person. */
export class Refusal extends Error {}

/** @returns {Promise<any>} Firebase's authentication, which keeps nothing in this browser */
export async function open() {
  const firebase = /** @type {any} */ (window).firebase;
  if (!firebase) throw new Refusal(gettext("A part of this page could not be loaded. Reload the page."));
  if (!firebase.apps.length) {
    firebase.initializeApp({ apiKey: told.key, projectId: told.project, authDomain: told.domain });
    if (told.emulator) firebase.auth().useEmulator(told.emulator, { disableWarnings: true });
  }
  const auth = firebase.auth();
  await auth.setPersistence(firebase.auth.Auth.Persistence.NONE);
  return auth;
}

/** @param {string} id a provider like google.com */
export function provider(id) {
  const { auth } = /** @type {any} */ (window).firebase;
  if (id === "google.com") return new auth.GoogleAuthProvider();
  return id.startsWith("saml.") ? new auth.SAMLAuthProvider(id) : new auth.OAuthProvider(id);
}

/** The token of whoever is signed in at Firebase, who then no longer is in this browser. */
export async function takeToken(/** @type {any} */ auth) {
  const token = await auth.currentUser.getIdToken();
  await auth.signOut();
  return token;
}

/** Exchange the token for a session of ours, and go where that leads. */
export async function enter(/** @type {any} */ auth, /** @type {HTMLFormElement} */ form) {
  const data = new FormData();
  data.set("id_token", await takeToken(auth));
  for (const name of ["csrf_token", "next"]) {
    const input = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
    if (input) data.set(name, input.value);
  }
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
  } catch {
    throw new Refusal(gettext("The connection was lost. Try again."));
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(found.detail ?? gettext("Signing in did not work. Try again in a minute."));
  location.assign(found.location);
}

/** Show one notice of the page and no other. */
export function say(/** @type {"good" | "bad"} */ kind, /** @type {string} */ title, /** @type {string} */ words) {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".notice"))) {
    box.hidden = box.dataset.said !== kind;
    if (box.hidden) continue;
    const [first, second] = box.querySelectorAll("p");
    /** @type {HTMLElement} */ (first.firstElementChild).textContent = title;
    second.textContent = words;
    box.focus();
  }
}

/**
 * Do something once at a time for a form, and say in words what went wrong.
 * @param {HTMLFormElement} form
 * @param {() => Promise<void>} action
 */
export async function attempt(form, action) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  try {
    await action();
  } catch (error) {
    const { code = "", message = "" } = /** @type {any} */ (error);
    say("bad", gettext("That did not work"), error instanceof Refusal ? message : (WORDS[/** @type {keyof WORDS} */ (code)] ?? SAME));
  } finally {
    delete form.dataset.busy;
  }
}

/** @returns {string} what was typed into a field of the form */
export function typed(/** @type {HTMLFormElement} */ form, /** @type {string} */ name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value;
}
