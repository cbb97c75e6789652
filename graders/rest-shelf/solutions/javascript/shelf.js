// The shelf: what can be done with products, each request in one transaction. Nothing is kept in memory between two of them.
"use strict";

const { createHash } = require("node:crypto");
const { transaction } = require("./database");
const product = require("./product");
const Problem = require("./problem");

// Which POST was answered how, for clients that ask again.
const SCHEMA = "create table if not exists posts (key text primary key, fingerprint text not null, answer json)";

const COLUMNS = ["id", ...product.FIELDS].join(", ");

function prepare() {
  return transaction(async (db) => {
    // Two servers that start at the same moment would both make the table.
    await db.query("select pg_advisory_xact_lock(4711)");
    await db.query(SCHEMA);
  });
}

/** Some products, the newest first, and where to go on: after the last one shown, however many were added meanwhile. */
async function page(query) {
  const limit = query.get("limit") ?? "20";
  if (!/^[0-9]{1,3}$/.test(limit) || limit < 1 || limit > 100) {
    throw new Problem(400, "`limit` is a number from 1 to 100");
  }
  const most = Number(limit);
  const conditions = ["true"];
  const values = [most + 1];
  if (query.has("category")) conditions.push(`category = $${values.push(readable(query.get("category")))}`);
  if (query.has("before")) {
    const before = query.get("before");
    if (!/^[0-9]{1,18}$/.test(before)) throw new Problem(400, "`before` is what a link told");
    conditions.push(`id < $${values.push(before)}`);
  }
  const { rows } = await transaction((db) =>
    db.query(
      `select ${COLUMNS} from products where ${conditions.join(" and ")} order by id desc limit $1`,
      values,
    ),
  );
  const shown = rows.slice(0, most);
  let next = null;
  if (rows.length > most) {
    const following = new URLSearchParams(query);
    following.set("before", shown.at(-1).id);
    next = `/products?${following}`;
  }
  return { products: shown.map(product.show), next };
}

const get = (id) => transaction((db) => find(db, id));

async function add(sent, key) {
  const fields = product.whole(sent);
  return transaction(async (db) => {
    if (key !== undefined) {
      const before = await claim(db, readable(key), fields);
      if (before) return before;
    }
    const row = await write(
      db,
      "insert into products (sku, name, category, price_cents, stock, description) " +
        `values ($1, $2, $3, $4, $5, $6) returning ${COLUMNS}`,
      product.FIELDS.map((name) => fields[name]),
    );
    if (key !== undefined) await db.query("update posts set answer = $1 where key = $2", [JSON.stringify(row), key]);
    return row;
  });
}

/** The answer that was given to this key, or nothing: then it is ours, and others who bring it wait for us. */
async function claim(db, key, fields) {
  const inOrder = product.FIELDS.map((name) => fields[name]);
  const fingerprint = createHash("sha256").update(JSON.stringify(inOrder)).digest("hex");
  const claimed = await db.query("insert into posts values ($1, $2) on conflict do nothing", [key, fingerprint]);
  if (claimed.rowCount === 1) return undefined;
  const { rows } = await db.query("select fingerprint, answer from posts where key = $1", [key]);
  if (rows[0].fingerprint !== fingerprint) throw new Problem(422, "this key came with another product before");
  return rows[0].answer;
}

const replace = (id, sent, ifMatch) => update(id, product.whole(sent, id), ifMatch);

const merge = (id, sent, ifMatch) => update(id, product.part(sent, id), ifMatch);

function update(id, fields, ifMatch) {
  return transaction(async (db) => {
    const after = { ...(await findLocked(db, id, ifMatch)), ...fields };
    return write(
      db,
      "update products set sku = $1, name = $2, category = $3, price_cents = $4, stock = $5, description = $6 " +
        `where id = $7 returning ${COLUMNS}`,
      [...product.FIELDS.map((name) => after[name]), id],
    );
  });
}

function remove(id, ifMatch) {
  return transaction(async (db) => {
    await findLocked(db, id, ifMatch);
    await db.query("delete from products where id = $1", [id]);
  });
}

/** The product, in the state that the client knows if it says so, in which it stays until we have changed it. */
async function findLocked(db, id, ifMatch) {
  const row = await find(db, id, "for update");
  if (ifMatch !== undefined && !product.isAmong(product.tag(row), ifMatch)) {
    throw new Problem(412, "the product is not as you know it any more: get it again");
  }
  return row;
}

async function find(db, id, lock = "") {
  const { rows } = await db.query(`select ${COLUMNS} from products where id = $1 ${lock}`, [id]);
  if (rows.length === 0) throw new Problem(404, "there is no such product");
  return rows[0];
}

async function write(db, statement, values) {
  try {
    return (await db.query(statement, values)).rows[0];
  } catch (error) {
    if (error.code === "23505") throw new Problem(409, "another product has this `sku`");
    throw error;
  }
}

function readable(text) {
  if (!product.isText(text)) throw new Problem(400, "that is no text");
  return text;
}

module.exports = { prepare, page, get, add, replace, merge, remove };
