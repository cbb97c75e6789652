// What a product is: which values it may have, how it is shown, and which tag its state has.
"use strict";

const { createHash } = require("node:crypto");
const Problem = require("./problem");

const REQUIRED = ["sku", "name", "category", "price_cents", "stock"];
const FIELDS = [...REQUIRED, "description"];

const RULES = {
  sku: [(value) => isText(value) && /^[A-Z0-9-]{3,20}$/.test(value), "3 to 20 of A to Z, 0 to 9 and -"],
  name: [(value) => isText(value) && value !== "" && length(value) <= 200, "a text of 1 to 200 characters"],
  category: [(value) => isText(value) && /^[a-z]{1,30}$/.test(value), "1 to 30 of a to z"],
  price_cents: [(value) => isNumber(value, 1_000_000_000), "a whole number from 0 to 1000000000"],
  stock: [(value) => isNumber(value, 1_000_000), "a whole number from 0 to 1000000"],
  description: [
    (value) => value === null || (isText(value) && length(value) <= 2000),
    "null, or a text of up to 2000 characters",
  ],
};

/** A complete product from what a client sent: to be made, or to take the place of another one. */
function whole(sent, id) {
  const fields = part(sent, id);
  for (const name of REQUIRED) {
    if (!(name in fields)) throw new Problem(400, `\`${name}\` is missing`);
  }
  return { description: null, ...fields };
}

/** Those fields of a product that a client sent. Its id may be among them, as `GET` shows it, but can't be changed. */
function part(sent, id) {
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) {
    throw new Problem(400, "a product is a JSON object");
  }
  const fields = {};
  for (const [name, value] of Object.entries(sent)) {
    if (name === "id" && id !== undefined) {
      if (value !== id) throw new Problem(400, "the `id` of a product stays what it is");
      continue;
    }
    if (!FIELDS.includes(name)) throw new Problem(400, `a product has no \`${name}\``);
    const [holds, rule] = RULES[name];
    if (!holds(value)) throw new Problem(400, `\`${name}\` is ${rule}`);
    fields[name] = value;
  }
  return fields;
}

/** Text that can be kept: half of a character can't, and PostgreSQL keeps no character 0. */
function isText(value) {
  return typeof value === "string" && !value.includes("\0") && !/\p{Surrogate}/u.test(value);
}

const length = (text) => [...text].length;

const isNumber = (value, most) => Number.isInteger(value) && value >= 0 && value <= most;

/** What clients see of a row, always in the same order. */
const show = (row) => Object.fromEntries(["id", ...FIELDS].map((name) => [name, row[name]]));

/** The entity tag of a product's state. It comes from what is shown, so that it changes whoever changed the row. */
function tag(row) {
  return `"${createHash("sha256").update(JSON.stringify(show(row))).digest("hex").slice(0, 20)}"`;
}

/** Whether a tag is named by If-Match or If-None-Match. */
const isAmong = (tag, header) => header.trim() === "*" || (header.match(/"[^"]*"/g) ?? []).includes(tag);

module.exports = { FIELDS, whole, part, isText, show, tag, isAmong };
