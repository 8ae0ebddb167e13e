/**
 * Finds the work that a form asks for, in a worker of its own: the smallest n for which sha256(mark + ":" + n) begins with
 * so many zero bits. Own code, since crypto.subtle is slow for many short texts, and absent where a page is not secure.
 */
const K = new Uint32Array(64);
const START = new Uint32Array(8);
let found = 0;
for (let number = 2; found < 64; number++) {
  let prime = true;
  for (let by = 2; by * by <= number; by++) if (number % by === 0) prime = false;
  if (!prime) continue;
  if (found < 8) START[found] = (Math.sqrt(number) % 1) * 2 ** 32;
  K[found++] = (Math.cbrt(number) % 1) * 2 ** 32;
}

const W = new Uint32Array(64);
const rotated = (/** @type {number} */ x, /** @type {number} */ n) => (x >>> n) | (x << (32 - n));

/** FIPS 180-4, 6.2.2. @param {Uint32Array} state @param {DataView} block @param {number} at */
function compress(state, block, at) {
  for (let i = 0; i < 16; i++) W[i] = block.getUint32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const a = W[i - 15];
    const b = W[i - 2];
    W[i] = W[i - 16] + (rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3)) + W[i - 7] + (rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const one = (h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const two = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  const added = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) state[i] += added[i];
}

/** @param {string} mark @param {number} bits @returns {number} */
export function solve(mark, bits) {
  const prefix = new TextEncoder().encode(`${mark}:`);
  const whole = prefix.length - (prefix.length % 64);
  const middle = START.slice();
  for (let at = 0; at < whole; at += 64) compress(middle, new DataView(prefix.buffer), at);
  const buffer = new Uint8Array(128);
  const view = new DataView(buffer.buffer);
  const state = new Uint32Array(8);
  for (let n = 0; ; n++) {
    const digits = String(n);
    let length = prefix.length - whole;
    buffer.fill(0);
    buffer.set(prefix.subarray(whole));
    for (let i = 0; i < digits.length; i++) buffer[length++] = digits.charCodeAt(i);
    buffer[length] = 0x80;
    const end = length < 56 ? 64 : 128;
    view.setUint32(end - 4, (whole + length) * 8);
    state.set(middle);
    for (let at = 0; at < end; at += 64) compress(state, view, at);
    if (Math.clz32(state[0]) >= bits) return n;
  }
}

if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  self.addEventListener("message", (event) => self.postMessage(solve(event.data.mark, event.data.bits)));
}
