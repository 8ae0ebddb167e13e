/** Sends one file in pieces, and goes on where it stopped after a bad line. */
const PAUSES = [1, 2, 4, 8, 15, 30];

const pause = (/** @type {number} */ seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/** An answer that another try will not change. */
export class Refused extends Error {}

/**
 * @param {string} address
 * @param {RequestInit} options
 * @returns {Promise<any>}
 */
async function ask(address, options) {
  const answer = await fetch(address, { ...options, credentials: "omit", headers: { Accept: "application/json", ...options.headers } });
  const said = await answer.json();
  if (answer.ok || (answer.status === 409 && "offset" in said)) return said;
  if (answer.status >= 500 && answer.status !== 507) throw new Error(said.detail);
  throw new Refused(said.detail);
}

/**
 * @param {string} begin where a file begins, with the form's mark and work
 * @param {File} file
 * @param {(part: number, waiting: boolean) => void} progress
 * @param {AbortSignal} signal
 * @returns {Promise<{id: string, key: string, name: string, mime: string}>} how a tip names it; rejects with Refused
 */
export async function upload(begin, file, progress, signal) {
  const { id, key, piece } = await patiently(() => ask(begin, { method: "POST", signal }), progress, 0, signal);
  const address = `${begin.split("?")[0]}/${id}`;
  let offset = 0;
  let first = true;
  while (first || offset < file.size) {
    const from = offset;
    const headers = { "Upload-Key": key, "Upload-Offset": String(from), "Content-Type": "application/octet-stream" };
    const body = file.slice(from, from + piece);
    const said = await patiently(() => ask(address, { method: "POST", headers, body, signal }), progress, from / file.size, signal);
    offset = said.offset;
    first = false;
    progress(file.size ? offset / file.size : 1, false);
  }
  return { id, key, name: file.name, mime: file.type };
}

/**
 * Tries until there is an answer. A piece that had arrived although no answer did is answered with where to go on.
 * @param {() => Promise<any>} attempt
 * @param {(part: number, waiting: boolean) => void} progress
 * @param {number} part
 * @param {AbortSignal} signal
 */
async function patiently(attempt, progress, part, signal) {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Refused || signal.aborted) throw error;
      progress(part, true);
      await pause(PAUSES[Math.min(tries, PAUSES.length - 1)]);
    }
  }
}
