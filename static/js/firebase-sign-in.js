/** The sign-in page: the password goes to Firebase, and its token to us. */
import { Refusal, attempt, enter, open, provider, say, typed } from "./firebase.js";
import { gettext } from "./words.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-sign-in]"));
const SENT = gettext("If there is an account with that address, a message with a link is on its way. Look among the unwanted ones too.");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(form, async () => {
    const auth = await open();
    const { user } = await auth.signInWithEmailAndPassword(typed(form, "email").trim(), typed(form, "password"));
    if (!user.emailVerified) return verify(auth, user);
    await enter(auth, form);
  });
});

async function verify(/** @type {any} */ auth, /** @type {any} */ user) {
  try {
    await user.sendEmailVerification();
  } finally {
    await auth.signOut();
  }
  say("good", gettext("Verify your e-mail address first"), gettext("A message was sent to it. Open the link in it, then sign in here."));
}

form.querySelector("[data-reset]")?.addEventListener("click", () => {
  attempt(form, async () => {
    const email = typed(form, "email").trim();
    if (!email.includes("@")) throw new Refusal(gettext("Type your e-mail address into the field first, then press this again."));
    const auth = await open();
    try {
      await auth.sendPasswordResetEmail(email);
    } catch (error) {
      // Whether there is such an account is nobody's to learn here.
      if (/** @type {any} */ (error).code !== "auth/user-not-found") throw error;
    }
    say("good", gettext("Look into your mail"), SENT);
  });
});

for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-provider]"))) {
  button.addEventListener("click", () => {
    attempt(form, async () => {
      const auth = await open();
      await auth.signInWithPopup(provider(button.dataset.provider ?? ""));
      await enter(auth, form);
    });
  });
}
