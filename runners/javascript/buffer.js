// The part of Node's Buffer that servers use: bytes from text and back, joined, compared.

const UTF8 = new TextEncoder();

export class Buffer extends Uint8Array {
  static from(value, encoding = "utf8") {
    if (typeof value === "string") return Buffer.#wrap(bytesOf(value, encoding));
    if (value instanceof ArrayBuffer) return Buffer.#wrap(new Uint8Array(value));
    return Buffer.#wrap(Uint8Array.from(value));
  }

  static #wrap(bytes) {
    return new Buffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  static alloc(size, fill = 0) {
    return new Buffer(size).fill(fill);
  }

  static allocUnsafe(size) {
    return new Buffer(size);
  }

  static isBuffer(value) {
    return value instanceof Buffer;
  }

  static byteLength(value, encoding = "utf8") {
    return typeof value === "string" ? bytesOf(value, encoding).length : value.byteLength;
  }

  static concat(pieces, total = pieces.reduce((sum, piece) => sum + piece.length, 0)) {
    const joined = new Buffer(total);
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece.subarray(0, total - at), at);
      at += piece.length;
    }
    return joined;
  }

  static compare(one, other) {
    for (let at = 0; at < Math.min(one.length, other.length); at++) {
      if (one[at] !== other[at]) return one[at] < other[at] ? -1 : 1;
    }
    return Math.sign(one.length - other.length);
  }

  equals(other) {
    return Buffer.compare(this, other) === 0;
  }

  toString(encoding = "utf8", start = 0, end = this.length) {
    const part = this.subarray(start, end);
    switch (encoding) {
      case "hex":
        return Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join("");
      case "base64":
        return btoa(characters(part));
      case "base64url":
        return btoa(characters(part)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
      case "latin1":
      case "binary":
      case "ascii":
        return characters(part);
      default:
        return new TextDecoder("utf-8", { ignoreBOM: true }).decode(part);
    }
  }

  toJSON() {
    return { type: "Buffer", data: Array.from(this) };
  }
}

function bytesOf(text, encoding) {
  switch (encoding) {
    case "hex":
      return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => parseInt(pair, 16));
    case "base64":
    case "base64url":
      return codes(atob(text.replace(/-/g, "+").replace(/_/g, "/").replace(/[^A-Za-z0-9+/]/g, "")));
    case "latin1":
    case "binary":
    case "ascii":
      return codes(text);
    default:
      return UTF8.encode(text);
  }
}

const codes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
const characters = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
