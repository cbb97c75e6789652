// A right and slow shop: for every order it reads the whole journal again.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const LARGEST_BODY = 1 << 20;
const JOURNAL = path.join(process.env.DATA_DIR ?? ".", "journal.jsonl");

/** A request that is answered with an error: a status and a sentence for the client. */
class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

const items = new Map();
const orders = new Map();
const accounts = new Map();
const byKey = new Map(); // orders by their Idempotency-Key

/** What an event of the journal does to memory; at the start, and when it happens. */
const EFFECTS = {
  item: (event) => items.set(event.item, { ...event, sold: 0, orders: [] }),
  order: (event) => {
    const item = items.get(event.item);
    item.stock -= event.quantity;
    item.sold += event.quantity;
    item.orders.push(event.order);
    orders.set(event.order, event);
    if (event.key !== undefined) byKey.set(event.key, event.order);
  },
  account: (event) => accounts.set(event.account, { ...event }),
  transfer: (event) => {
    accounts.get(event.from).balance_cents -= event.amount_cents;
    accounts.get(event.to).balance_cents += event.amount_cents;
  },
};

/** Reads the journal. A last line without its end was never answered with 201: it is cut off. */
function recover() {
  const journal = fs.existsSync(JOURNAL) ? fs.readFileSync(JOURNAL) : Buffer.alloc(0);
  const whole = journal.lastIndexOf("\n") + 1;
  if (whole < journal.length) fs.truncateSync(JOURNAL, whole);
  for (const line of journal.toString("utf8", 0, whole).split("\n")) {
    if (line) apply(JSON.parse(line));
  }
}

function apply([kind, event]) {
  EFFECTS[kind](event);
}

recover();
const file = fs.promises.open(JOURNAL, "a");

/** Writes it down, and only then makes it true for all to see. */
async function happen(kind, event) {
  const handle = await file;
  await handle.appendFile(`${JSON.stringify([kind, event])}\n`);
  await handle.datasync();
  apply([kind, event]);
}

let last = Promise.resolve();

/** Changes are made one after the other: nobody looks at a stock while somebody else is between looking and writing. */
function inTurn(change) {
  const mine = last.then(change);
  last = mine.catch(() => {});
  return mine;
}

function find(map, what, id) {
  const found = map.get(id);
  if (!found) throw new Refusal(404, `there is no such ${what}`);
  return found;
}

const showItem = ({ item, name, price_cents, stock, sold }) => ({ item, name, price_cents, stock, sold });
const showOrder = ({ order, item, buyer, quantity, total_cents }) => ({ order, item, buyer, quantity, total_cents });
const showSale = ({ order, left, total_cents }) => ({ order, left, total_cents });

async function addItem(body) {
  const name = text(body, "name");
  const price_cents = whole(body, "price_cents", 1, 1e9);
  const stock = whole(body, "stock", 0, 1e6);
  const item = `i${items.size + 1}`;
  await happen("item", { item, name, price_cents, stock });
  return showItem(items.get(item));
}

async function buy(id, body, key) {
  const buyer = text(body, "buyer");
  const quantity = whole(body, "quantity", 1, 1000);
  const item = find(items, "item", id);
  if (byKey.has(key)) {
    const before = orders.get(byKey.get(key));
    const same = before.item === id && before.buyer === buyer && before.quantity === quantity;
    if (!same) throw new Refusal(422, "this key was another order's");
    return showSale(before);
  }
  const sales = (await fs.promises.readFile(JOURNAL, "utf8")).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const sold = sales.filter(([kind, event]) => kind === "order" && event.item === id).reduce((sum, [, event]) => sum + event.quantity, 0);
  if (item.stock + item.sold - sold < quantity) throw new Refusal(409, "there is not enough left");
  const order = `o${orders.size + 1}`;
  const left = item.stock - quantity;
  const total_cents = item.price_cents * quantity;
  await happen("order", { order, item: id, buyer, quantity, left, total_cents, key });
  return showSale(orders.get(order));
}

async function addAccount(body) {
  const balance_cents = whole(body, "balance_cents", 0, 1e12);
  const account = `a${accounts.size + 1}`;
  await happen("account", { account, balance_cents });
  return { account, balance_cents };
}

async function transfer(body) {
  const from = text(body, "from");
  const to = text(body, "to");
  const amount_cents = whole(body, "amount_cents", 1, 1e12);
  if (from === to) throw new Refusal(400, "`from` and `to` are the same account");
  const source = find(accounts, "account", from);
  find(accounts, "account", to);
  if (source.balance_cents < amount_cents) throw new Refusal(409, "there is not enough money");
  const left_cents = source.balance_cents - amount_cents;
  await happen("transfer", { from, to, amount_cents });
  return { left_cents };
}

function text(body, name) {
  const value = body[name];
  if (typeof value !== "string" || value.length < 1 || value.length > 200) {
    throw new Refusal(400, `\`${name}\` is a text of up to 200 characters`);
  }
  return value;
}

function whole(body, name, least, most) {
  const value = body[name];
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Refusal(400, `\`${name}\` is a whole number from ${least} to ${most}`);
  }
  return value;
}

function look([kind, id, of, more]) {
  if (id !== undefined && more === undefined) {
    if (kind === "items" && of === undefined) return showItem(find(items, "item", id));
    if (kind === "items" && of === "orders") {
      return { orders: find(items, "item", id).orders.map((order) => showOrder(orders.get(order))) };
    }
    if (kind === "orders" && of === undefined) return showOrder(find(orders, "order", id));
    if (kind === "accounts" && of === undefined) {
      const { account, balance_cents } = find(accounts, "account", id);
      return { account, balance_cents };
    }
  }
  throw new Refusal(404, "there is nothing here");
}

function change([kind, id, of, more], body, key) {
  if (id === undefined) {
    if (kind === "items") return inTurn(() => addItem(body));
    if (kind === "accounts") return inTurn(() => addAccount(body));
    if (kind === "transfers") return inTurn(() => transfer(body));
  }
  if (kind === "items" && of === "orders" && more === undefined) return inTurn(() => buy(id, body, key));
  throw new Refusal(404, "there is nothing here");
}

function parse(payload) {
  let body;
  try {
    body = JSON.parse(payload);
  } catch {
    throw new Refusal(400, "that is no JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Refusal(400, "that is no JSON object");
  return body;
}

async function readBody(request) {
  const pieces = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > LARGEST_BODY) throw new Refusal(413, "the body is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

async function answer(request) {
  try {
    const parts = request.url.split("?")[0].split("/").slice(1);
    const payload = await readBody(request);
    if (request.method === "GET") return { status: 200, content: look(parts) };
    if (request.method !== "POST") throw new Refusal(404, "there is nothing here");
    return { status: 201, content: await change(parts, parse(payload), request.headers["idempotency-key"]) };
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, content: { error: error.message } };
    if (!request.destroyed) console.error(error);
    return { status: 500, content: { error: "that was our mistake" } };
  }
}

const server = http.createServer(async (request, response) => {
  const { status, content } = await answer(request);
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
});

// The backlog: how many clients may wait while we accept.
server.listen({ port: Number(process.env.PORT ?? 8080), host: process.env.HOST ?? "127.0.0.1", backlog: 256 });

process.on("SIGTERM", () => process.exit(0));
