// Products in three languages, and what a change of them makes wrong.
"use strict";

const { setTimeout: sleep } = require("node:timers/promises");
const cache = require("./cache");
const database = require("./database");

const LANGUAGES = ["en", "de", "fr"];
const LOOKS = 20; // milliseconds between two looks whether somebody else has the answer
const WAITS = 1500; // milliseconds after which one asks the database oneself

const keyOf = (id, language) => `product:${id}:${language}`;

/** The product, and whether it was kept. Nothing is kept of what is not there. */
async function product(id, language) {
  const key = keyOf(id, language);
  let token;
  try {
    const begun = performance.now();
    for (;;) {
      const kept = await cache.get(key);
      if (kept !== undefined) return { found: kept, source: "hit" };
      token = await cache.promise(key);
      if (token !== undefined || performance.now() - begun > WAITS) break;
      await sleep(LOOKS); // somebody asks for all of us
    }
  } catch (error) {
    if (!(error instanceof cache.Gone)) throw error;
  }
  let found;
  try {
    found = await ask(id, language);
  } finally {
    if (token !== undefined) await (found ? cache.keep(key, token, found) : cache.forget([key]));
  }
  return { found, source: "miss" };
}

function ask(id, language) {
  return database.row(
    "select p.id, t.name, p.price_cents, p.stock from products p " +
      "join texts t on t.product_id = p.id and t.language = $1 where p.id = $2",
    language,
    id,
  );
}

/** Whether there is such a product. First the database changes, then all that was kept of it is forgotten. */
async function change(id, priceCents) {
  const row = await database.row("update products set price_cents = $1 where id = $2 returning id", priceCents, id);
  if (!row) return false;
  await cache.forget(LANGUAGES.map((language) => keyOf(id, language)));
  return true;
}

module.exports = { LANGUAGES, product, change };
