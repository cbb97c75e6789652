// The till over HTTP: paths, bodies, statuses. What is sold and paid is in shop.js.
"use strict";

const http = require("node:http");
const { Gone } = require("./database");
const Refusal = require("./refusal");
const shop = require("./shop");

const LARGEST_BODY = 1 << 20;

const RULES = {
  name: text,
  buyer: text,
  from: text,
  to: text,
  price_cents: whole(1, 1e9),
  stock: whole(0, 1e6),
  quantity: whole(1, 1000),
  balance_cents: whole(0, 1e12),
  amount_cents: whole(1, 1e12),
};

function text(value, name) {
  if (typeof value !== "string" || value.length < 1 || value.length > 200 || value.includes("\0")) {
    throw new Refusal(400, `\`${name}\` is a text of up to 200 characters`);
  }
}

function whole(least, most) {
  return (value, name) => {
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new Refusal(400, `\`${name}\` is a whole number from ${least} to ${most}`);
    }
  };
}

/** These fields of a body, each as it may be. */
function fields(body, ...names) {
  for (const name of names) RULES[name](body[name], name);
  return Object.fromEntries(names.map((name) => [name, body[name]]));
}

function look([kind, id, of, more]) {
  if (id !== undefined && more === undefined) {
    if (kind === "items" && of === undefined) return shop.item(id);
    if (kind === "items" && of === "orders") return shop.ordersOf(id).then((orders) => ({ orders }));
    if (kind === "orders" && of === undefined) return shop.order(id);
    if (kind === "accounts" && of === undefined) return shop.account(id);
  }
  throw new Refusal(404, "there is nothing here");
}

function change([kind, id, of, more], body, key) {
  if (kind === "items" && id === undefined) return shop.addItem(fields(body, "name", "price_cents", "stock"));
  if (kind === "accounts" && id === undefined) return shop.addAccount(fields(body, "balance_cents"));
  if (kind === "transfers" && id === undefined) {
    const transfer = fields(body, "from", "to", "amount_cents");
    if (transfer.from === transfer.to) throw new Refusal(400, "`from` and `to` are the same account");
    return shop.transfer(transfer);
  }
  if (kind === "items" && of === "orders" && more === undefined) {
    return shop.buy(id, fields(body, "buyer", "quantity"), key);
  }
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
    if (request.method === "GET") return { status: 200, content: await look(parts) };
    if (request.method !== "POST") throw new Refusal(404, "there is nothing here");
    return { status: 201, content: await change(parts, parse(payload), request.headers["idempotency-key"]) };
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, content: { error: error.message } };
    if (error instanceof Gone) return { status: 503, content: { error: "the database does not answer at the moment" } };
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

shop.prepare().then(
  // The backlog: how many clients may wait while we accept.
  () => server.listen({ port: Number(process.env.PORT ?? 8080), host: process.env.HOST ?? "127.0.0.1", backlog: 256 }),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

process.on("SIGTERM", () => process.exit(0));
