// The shop: what is sold and paid, each in one transaction of the database. The tills remember nothing themselves.
"use strict";

const { transaction } = require("./database");
const Refusal = require("./refusal");

// Done at each start: one till of several may have done it already.
const SCHEMA = `
  select pg_advisory_xact_lock(4711);
  create unique index if not exists orders_by_key on orders (idempotency_key);
  create index if not exists orders_by_item on orders (item_id);
`;

const prepare = () => transaction((db) => db.query(SCHEMA));

async function addItem({ name, price_cents, stock }) {
  const insert = "insert into items (name, price_cents, stock) values ($1, $2, $3) returning *";
  return transaction(async (db) => asItem((await db.query(insert, [name, price_cents, stock])).rows[0]));
}

const item = (id) => transaction(async (db) => asItem(await find(db, "items", id)));

const order = (id) => transaction(async (db) => asOrder(await find(db, "orders", id)));

function ordersOf(id) {
  return transaction(async (db) => {
    const row = await find(db, "items", id);
    return (await db.query("select * from orders where item_id = $1", [row.id])).rows.map(asOrder);
  });
}

function buy(id, { buyer, quantity }, key) {
  return transaction(async (db) => {
    // Whoever wants the same item waits here until we are done.
    const row = await find(db, "items", id, "for update");
    if (key !== undefined) {
      const before = (await db.query("select * from orders where idempotency_key = $1", [key])).rows[0];
      if (before) {
        const same = before.item_id === row.id && before.buyer === buyer && before.quantity === quantity;
        if (!same) throw new Refusal(422, "this key was another order's");
        return asAnswer(before);
      }
    }
    const left = row.stock - quantity;
    if (left < 0) throw new Refusal(409, "there is not enough left");
    await db.query("update items set stock = $1, sold = sold + $2 where id = $3", [left, quantity, row.id]);
    const inserted = await db.query(
      "insert into orders (item_id, buyer, quantity, total_cents, stock_left, idempotency_key) " +
        "values ($1, $2, $3, $4, $5, $6) returning *",
      [row.id, buyer, quantity, row.price_cents * quantity, left, key],
    );
    return asAnswer(inserted.rows[0]);
  });
}

async function addAccount({ balance_cents }) {
  const insert = "insert into accounts (balance_cents) values ($1) returning *";
  return transaction(async (db) => asAccount((await db.query(insert, [balance_cents])).rows[0]));
}

const account = (id) => transaction(async (db) => asAccount(await find(db, "accounts", id)));

function transfer({ from, to, amount_cents }) {
  return transaction(async (db) => {
    const rows = {};
    // Always the smaller number first: two that go in opposite directions do not wait for each other.
    for (const id of [from, to].sort((one, other) => numberOf(one) - numberOf(other))) {
      rows[id] = await find(db, "accounts", id, "for update");
    }
    const left_cents = rows[from].balance_cents - amount_cents;
    if (left_cents < 0) throw new Refusal(409, "there is not enough money");
    const change = "update accounts set balance_cents = balance_cents + $1 where id = $2";
    await db.query(change, [-amount_cents, rows[from].id]);
    await db.query(change, [amount_cents, rows[to].id]);
    return { left_cents };
  });
}

/** The number of what a client calls so; 0 is nobody's. */
const numberOf = (id) => (/^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0);

async function find(db, table, id, lock = "") {
  const { rows } = await db.query(`select * from ${table} where id = $1 ${lock}`, [numberOf(id)]);
  if (rows.length === 0) throw new Refusal(404, `there is no ${id} among the ${table}`);
  return rows[0];
}

const asItem = ({ id, name, price_cents, stock, sold }) => ({ item: String(id), name, price_cents, stock, sold });

const asOrder = ({ id, item_id, buyer, quantity, total_cents }) => ({
  order: String(id),
  item: String(item_id),
  buyer,
  quantity,
  total_cents,
});

const asAnswer = ({ id, stock_left, total_cents }) => ({ order: String(id), left: stock_left, total_cents });

const asAccount = ({ id, balance_cents }) => ({ account: String(id), balance_cents });

module.exports = { prepare, addItem, item, order, ordersOf, buy, addAccount, account, transfer };
