/** Holds a button that copies `data-text`; `data-what` names it. */
import { announce } from "./announce.js";
import { gettext } from "./words.js";

class CopyText extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.copy());
  }

  async copy() {
    const text = this.dataset.text ?? "";
    const use = this.querySelector("use");
    const sprite = use?.getAttribute("href")?.split("#")[0];
    try {
      await navigator.clipboard.writeText(text);
      use?.setAttribute("href", `${sprite}#check`);
      announce(gettext("Copied the %(what)s.", { what: this.dataset.what ?? "" }));
      setTimeout(() => use?.setAttribute("href", `${sprite}#copy`), 1600);
    } catch {
      // Without a clipboard, as on plain http, the text is selected to be copied by hand.
      const code = this.parentElement?.querySelector("code");
      if (code) getSelection()?.selectAllChildren(code);
      announce(gettext("The %(what)s is selected. Copy it with your keyboard.", { what: this.dataset.what ?? "" }));
    }
  }
}

customElements.define("copy-text", CopyText);
