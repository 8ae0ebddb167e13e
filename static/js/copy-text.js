/** Holds a button that copies `data-text`; `data-what` names it. */
import { announce } from "./announce.js";

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
      announce(`Copied the ${this.dataset.what}.`);
      setTimeout(() => use?.setAttribute("href", `${sprite}#copy`), 1600);
    } catch {
      // Without a clipboard, as on plain http, the text is selected to be copied by hand.
      const code = this.parentElement?.querySelector("code");
      if (code) getSelection()?.selectAllChildren(code);
      announce(`The ${this.dataset.what} is selected. Copy it with your keyboard.`);
    }
  }
}

customElements.define("copy-text", CopyText);
