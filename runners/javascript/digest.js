// SHA-256 (FIPS 180-4) and HMAC (RFC 2104), at once: the platform has them only as promises.

import { Buffer } from "./buffer.js";

const BLOCK = 64;
const primes = (count) => {
  const found = [];
  for (let number = 2; found.length < count; number++) if (found.every((prime) => number % prime)) found.push(number);
  return found;
};
/** The first 32 bits of a number's fraction. */
const fraction = (number) => Math.floor((number - Math.floor(number)) * 2 ** 32);
const CONSTANTS = primes(64).map((prime) => fraction(Math.cbrt(prime)));
const START = primes(8).map((prime) => fraction(Math.sqrt(prime)));
const turn = (word, by) => (word >>> by) | (word << (32 - by));

function sha256(message) {
  const length = message.length;
  const padded = new Uint8Array(Math.ceil((length + 9) / BLOCK) * BLOCK);
  padded.set(message);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(length) * 8n);
  const state = [...START];
  const words = new Int32Array(64);
  for (let block = 0; block < padded.length; block += BLOCK) {
    for (let at = 0; at < 16; at++) words[at] = view.getInt32(block + at * 4);
    for (let at = 16; at < 64; at++) {
      const [early, late] = [words[at - 15], words[at - 2]];
      const small = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const great = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words[at] = (words[at - 16] + small + words[at - 7] + great) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at++) {
      const choice = (e & f) ^ (~e & g);
      const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + CONSTANTS[at] + words[at]) | 0;
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => (state[index] = (state[index] + word) | 0));
  }
  const digest = Buffer.alloc(32);
  const written = new DataView(digest.buffer);
  state.forEach((word, index) => written.setInt32(index * 4, word));
  return digest;
}

class Hash {
  #pieces = [];
  #finish;

  constructor(finish) {
    this.#finish = finish;
  }

  update(piece, encoding) {
    this.#pieces.push(Buffer.from(piece, encoding));
    return this;
  }

  digest(encoding) {
    const digest = this.#finish(Buffer.concat(this.#pieces));
    return encoding ? digest.toString(encoding) : digest;
  }
}

function only(name) {
  if (name.toLowerCase().replace("-", "") !== "sha256") throw new Error(`${name} is not here: only sha256 is`);
}

export function createHash(name) {
  only(name);
  return new Hash(sha256);
}

export function createHmac(name, key) {
  only(name);
  const bytes = Buffer.from(key);
  const short = Buffer.alloc(BLOCK);
  short.set(bytes.length > BLOCK ? sha256(bytes) : bytes);
  const [inner, outer] = [0x36, 0x5c].map((pad) => Buffer.from(short.map((byte) => byte ^ pad)));
  return new Hash((message) => sha256(Buffer.concat([outer, sha256(Buffer.concat([inner, message]))])));
}
