/**
 * Asks an address again and again: soon after a change, then ever less often, and not while the tab is hidden.
 * The server answers 304 while nothing has changed.
 */
const SOONEST = 500;
const SLOWEST = 5000;

export class Poller {
  /**
   * @param {string} address
   * @param {string} etag the state that the page shows
   * @param {{changed: (status: any) => Promise<boolean>, lost: (reason: "signed-out" | "offline" | "gone") => void, found: () => void}} listener
   *   changed is told of a new status and says whether to go on asking
   */
  constructor(address, etag, listener) {
    this.address = address;
    this.listener = listener;
    this.etag = etag;
    this.delay = SOONEST;
    this.timer = 0;
    this.asking = false;
    this.again = false;
    document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(this.timer) : this.kick()));
    window.addEventListener("online", () => this.kick());
  }

  /** Ask now, and soon again. */
  kick() {
    this.delay = SOONEST;
    if (this.asking) this.again = true;
    else this.ask();
  }

  async ask() {
    clearTimeout(this.timer);
    this.asking = true;
    const goOn = await this.once().catch(() => this.offline());
    this.asking = false;
    if (this.again) {
      this.again = false;
      this.ask();
    } else if (goOn && !document.hidden) {
      this.timer = setTimeout(() => this.ask(), this.delay);
      this.delay = Math.min(this.delay * 1.5, SLOWEST);
    }
  }

  /** @returns {Promise<boolean>} whether to go on asking */
  async once() {
    const headers = { Accept: "application/json", ...(this.etag && { "If-None-Match": this.etag }) };
    const response = await fetch(this.address, { headers });
    this.listener.found();
    if (response.status === 304) return this.goOn;
    if (response.status === 401) return this.stop("signed-out");
    if (response.status === 404) return this.stop("gone");
    if (!response.ok) return this.offline();
    const status = await response.json();
    this.goOn = await this.listener.changed(status);
    // Only now: had taking the change over failed, it would be asked for again.
    this.etag = response.headers.get("ETag") ?? "";
    this.delay = SOONEST;
    return this.goOn;
  }

  goOn = true;

  offline() {
    this.listener.lost("offline");
    this.delay = Math.max(this.delay, 2000);
    return true;
  }

  /** @param {"signed-out" | "gone"} reason */
  stop(reason) {
    this.listener.lost(reason);
    return false;
  }
}
