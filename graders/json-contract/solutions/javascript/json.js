// JSON as the warehouse understands it. JSON.parse makes doubles of numbers and keeps the last of two keys, so this reads for itself.
//
// Lists are arrays, objects are Maps (in which `__proto__` is a key like any other), numbers are Decimals.
"use strict";

const DEEPEST = 50;
const MOST_DIGITS = 30;
const MOST_PLACES = 20;

/** What came can't be read; the message says why, to a person. */
class NotJson extends Error {}

/** digits × 10^−places, exactly. */
class Decimal {
  constructor(digits, places) {
    this.digits = digits;
    this.places = places;
  }

  plus(other) {
    const places = Math.max(this.places, other.places);
    return new Decimal(this.scaled(places) + other.scaled(places), places);
  }

  times(other) {
    return new Decimal(this.digits * other.digits, this.places + other.places);
  }

  isWhole() {
    return this.digits % 10n ** BigInt(this.places) === 0n;
  }

  isNegative() {
    return this.digits < 0n;
  }

  atMost(whole) {
    return this.digits <= whole * 10n ** BigInt(this.places);
  }

  scaled(places) {
    return this.digits * 10n ** BigInt(places - this.places);
  }

  toString() {
    const sign = this.digits < 0n ? "-" : "";
    const digits = (this.digits < 0n ? -this.digits : this.digits).toString().padStart(this.places + 1, "0");
    const point = digits.length - this.places;
    return sign + digits.slice(0, point) + (this.places > 0 ? `.${digits.slice(point)}` : "");
  }
}

const BLANKS = /[ \t\r\n]*/y;
const NUMBER = /(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const HEX = /[0-9A-Fa-f]{4}/y;
const WORDS = [["null", null], ["true", true], ["false", false]];
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
// With the flag `u` a whole pair is one character, so only halves are found.
const HALF = /[\ud800-\udfff]/u;

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.depth = 0;
  }

  whole() {
    const value = this.value();
    if (this.at < this.text.length) this.fail("nothing more stands behind the value");
    return value;
  }

  value() {
    this.match(BLANKS);
    const value = this.bare();
    this.match(BLANKS);
    return value;
  }

  bare() {
    const next = this.text[this.at];
    if (next === "{") return this.object();
    if (next === "[") return this.list();
    if (next === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  object() {
    const members = new Map();
    this.enter();
    this.match(BLANKS);
    if (!this.take("}")) {
      do {
        this.match(BLANKS);
        if (this.text[this.at] !== '"') this.fail("a key in quotes is expected");
        const key = this.string();
        if (members.has(key)) this.fail(`the key ${JSON.stringify(key)} stands twice`);
        this.match(BLANKS);
        if (!this.take(":")) this.fail("a colon is expected");
        members.set(key, this.value());
      } while (this.take(","));
      if (!this.take("}")) this.fail("a comma or } is expected");
    }
    this.depth -= 1;
    return members;
  }

  list() {
    const items = [];
    this.enter();
    this.match(BLANKS);
    if (!this.take("]")) {
      do items.push(this.value());
      while (this.take(","));
      if (!this.take("]")) this.fail("a comma or ] is expected");
    }
    this.depth -= 1;
    return items;
  }

  enter() {
    this.at += 1;
    this.depth += 1;
    if (this.depth > DEEPEST) this.fail(`no more than ${DEEPEST} lists and objects stand in one another`);
  }

  string() {
    this.at += 1;
    let text = "";
    for (;;) {
      text += this.match(PLAIN)[0];
      if (this.take('"')) break;
      if (!this.take("\\")) this.fail("a text has an end, and escapes its control characters");
      text += this.escape();
    }
    if (HALF.test(text)) this.fail("half a surrogate pair is no character");
    return text;
  }

  escape() {
    const letter = this.text[this.at] ?? "";
    this.at += 1;
    if (Object.hasOwn(ESCAPES, letter)) return ESCAPES[letter];
    const code = letter === "u" && this.match(HEX);
    if (!code) this.fail("there is no such escape");
    return String.fromCharCode(parseInt(code[0], 16));
  }

  number() {
    const found = this.match(NUMBER);
    if (!found) this.fail("a value is expected");
    const [, sign, whole, fraction = "", exponent = "0"] = found;
    const digits = (whole + fraction).replace(/^0+(?=.)/, "");
    const places = fraction.length - Number(exponent);
    // Only counted here: written out, the number might not fit into memory.
    if (digits.length - places > MOST_DIGITS || places > MOST_PLACES) {
      this.fail(`a number has at most ${MOST_DIGITS} digits, and ${MOST_PLACES} behind the point`);
    }
    const value = BigInt(sign + digits);
    return places >= 0 ? new Decimal(value, places) : new Decimal(value * 10n ** BigInt(-places), 0);
  }

  match(expression) {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text);
    if (found) this.at += found[0].length;
    return found;
  }

  take(letter) {
    if (this.text[this.at] !== letter) return false;
    this.at += 1;
    return true;
  }

  fail(what) {
    throw new NotJson(`${what} (character ${this.at + 1})`);
  }
}

/** The value that bytes stand for. */
function read(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotJson("JSON is UTF-8");
  }
  return new Reader(text).whole();
}

/** The text of a value that was read. */
function write(value) {
  if (value instanceof Decimal) return value.toString();
  if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`;
  if (value instanceof Map) {
    return `{${Array.from(value, ([key, item]) => `${JSON.stringify(key)}: ${write(item)}`).join(", ")}}`;
  }
  return JSON.stringify(value); // null, a bool or a text: there it does not lie.
}

module.exports = { Decimal, NotJson, read, write };
