// A till that takes orders, and forgets them when it ends. Having them paid is yours.
"use strict";

const http = require("node:http");

const GATEWAY_URL = process.env.GATEWAY_URL ?? "http://127.0.0.1:9000";
// TODO: what was ordered and what is being paid must survive a crash: write it to a file below DATA_DIR, before you answer.
const DATA_DIR = process.env.DATA_DIR ?? ".";
const products = new Map();
const orders = new Map();

async function charge({ order, amount_cents }, card) {
  // TODO: how long may this take? What if no answer comes, or one that says neither yes nor no? Which Idempotency-Key?
  const answer = await fetch(`${GATEWAY_URL}/v1/charges`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ order, amount_cents, card }),
  });
  return (await answer.json()).status === "captured";
}

async function route(request, response) {
  const [kind, id, verb] = request.url.slice(1).split("/");
  if (request.method === "GET" && kind === "orders" && orders.has(id) && verb === undefined) {
    answer(response, 200, orders.get(id));
    return;
  }
  const payload = await readBody(request);
  // TODO: 400 for what is no product, no order and no payment.
  if (request.method === "POST" && request.url === "/products") {
    const product = String(products.size + 1);
    products.set(product, { product, ...JSON.parse(payload) });
    answer(response, 201, products.get(product));
  } else if (request.method === "POST" && request.url === "/orders") {
    const body = JSON.parse(payload);
    const order = String(orders.size + 1);
    const amount_cents = products.get(body.product).price_cents * body.quantity;
    orders.set(order, { order, ...body, amount_cents, refunded_cents: 0, status: "new" });
    answer(response, 201, orders.get(order));
  } else if (request.method === "POST" && kind === "orders" && verb === "pay" && orders.has(id)) {
    // TODO: what if somebody clicks twice? At each `await` others get their turn.
    const order = orders.get(id);
    order.status = (await charge(order, JSON.parse(payload).card)) ? "paid" : "declined";
    answer(response, 200, order);
    // TODO: /webhooks/payments. request.headers["x-signature"] signs `payload`, as it came.
  } else {
    answer(response, 404, { error: "there is nothing here" });
  }
}

async function readBody(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

function answer(response, status, content) {
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
}

const server = http.createServer((request, response) => {
  route(request, response).catch((error) => {
    console.error(error);
    answer(response, 500, { error: "that was our mistake" });
  });
});

// The backlog: how many clients may wait while we accept. Many come at once.
server.listen({ port: Number(process.env.PORT ?? 8080), host: process.env.HOST ?? "127.0.0.1", backlog: 128 });
