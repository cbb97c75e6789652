// A till that charges each order once, whatever becomes of the gateway, of the network or of itself. What happened stands in a
// journal, a line for each; memory is made of it at the start.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const PORT = Number(process.env.PORT ?? 8080);
const HOST = process.env.HOST ?? "127.0.0.1";
const GATEWAY_URL = process.env.GATEWAY_URL;
const PATIENCE = Number(process.env.GATEWAY_TIMEOUT ?? 2) * 1000;
const PAUSE = 500; // between two looks for orders of which nobody knows whether they are paid
const LARGEST_BODY = 1 << 20;
const JOURNAL = path.join(process.env.DATA_DIR ?? ".", "journal.jsonl");
const ANSWERS = { paid: 200, pending: 202, declined: 402 };

/** A request that is answered with an error: a status and a sentence for the client. */
class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

const products = new Map();
const orders = new Map();
const heard = new Set(); // the ids of webhooks that were taken in
const awaited = new Set(); // orders whose customer waits for the gateway at this moment

/** What an entry of the journal does to memory; at the start, and when it happens. */
const EFFECTS = {
  product: (entry) => products.set(entry.product, entry),
  order: (entry) => orders.set(entry.order, { ...entry, refunded_cents: 0, status: "new" }),
  attempt: ({ order, key, card }) => Object.assign(orders.get(order), { status: "pending", key, card }),
  outcome: ({ order, status }) => Object.assign(orders.get(order), { status }),
  event: ({ id, type, order: of, amount_cents }) => {
    const order = orders.get(of);
    heard.add(id);
    if (type === "charge.captured") order.status = "paid";
    if (type === "charge.declined" && order.status === "pending") order.status = "declined";
    if (type === "charge.refunded") order.refunded_cents += amount_cents;
  },
};

/** Reads the journal. A last line without its end was never answered: it is cut off. */
function recover() {
  const journal = fs.existsSync(JOURNAL) ? fs.readFileSync(JOURNAL) : Buffer.alloc(0);
  const whole = journal.lastIndexOf("\n") + 1;
  if (whole < journal.length) fs.truncateSync(JOURNAL, whole);
  for (const line of journal.toString("utf8", 0, whole).split("\n")) {
    if (line) apply(JSON.parse(line));
  }
}

function apply([kind, entry]) {
  EFFECTS[kind](entry);
}

recover();
const file = fs.promises.open(JOURNAL, "a");

/** Writes it down, and only then makes it true for all to see. */
async function happen(kind, entry) {
  const handle = await file;
  await handle.appendFile(`${JSON.stringify([kind, entry])}\n`);
  await handle.datasync();
  apply([kind, entry]);
}

let last = Promise.resolve();

/** Changes are made one after the other. The gateway is never asked inside: its webhooks come in between. */
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

const showOrder = ({ order, product, quantity, amount_cents, refunded_cents, status }) => ({
  order,
  product,
  quantity,
  amount_cents,
  refunded_cents,
  status,
});

async function addProduct(body) {
  const name = text(body, "name");
  const price_cents = whole(body, "price_cents", 1, 1e9);
  const product = `p${products.size + 1}`;
  await happen("product", { product, name, price_cents });
  return products.get(product);
}

async function addOrder(body) {
  const id = text(body, "product");
  const quantity = whole(body, "quantity", 1, 1000);
  const product = find(products, "product", id);
  const order = `o${orders.size + 1}`;
  await happen("order", { order, product: id, quantity, amount_cents: product.price_cents * quantity });
  return showOrder(orders.get(order));
}

async function pay(id, body) {
  const card = text(body, "card");
  const order = find(orders, "order", id);
  const isMine = await inTurn(async () => {
    if (order.status === "pending" || order.status === "paid") return false;
    // Written down before the gateway is asked: whoever comes up after a crash asks the same again.
    await happen("attempt", { order: id, key: crypto.randomUUID(), card });
    awaited.add(order);
    return true;
  });
  if (isMine) await settle(order).finally(() => awaited.delete(order));
  return { status: ANSWERS[order.status], content: showOrder(order) };
}

/** Asks the gateway. What a webhook has told meanwhile stands; what nobody knows stays pending. */
async function settle(order) {
  const key = order.key;
  const status = await charge(order).catch(() => undefined);
  if (!status) return;
  await inTurn(async () => {
    if (order.status === "pending" && order.key === key) await happen("outcome", { order: order.order, status });
  });
}

/** `paid`, `declined`, or undefined: nobody knows. Asked again, it must be the same question with the same key. */
async function charge({ order, amount_cents, card, key }) {
  const answer = await fetch(`${GATEWAY_URL}/v1/charges`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify({ order, amount_cents, card, callback_url: `http://${HOST}:${PORT}/webhooks/payments` }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const told = (await answer.json())?.status;
  if (answer.status === 201 && told === "captured") return "paid";
  if (answer.status === 402 && told === "declined") return "declined";
  return undefined;
}

/** Asks again for every pending order, those of before the start included, until it is known what became of it. */
async function collect() {
  for (;;) {
    for (const order of orders.values()) {
      if (order.status === "pending" && !awaited.has(order)) await settle(order);
    }
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** Takes in what the gateway tells, each event once, in whichever order they come. */
function hear(payload, signature) {
  // Over the bytes as they came: JSON that is read and written again is other bytes.
  const expected = crypto.createHmac("sha256", process.env.WEBHOOK_SECRET).update(payload).digest("hex");
  if (!same(signature ?? "", expected)) throw new Refusal(401, "this was not signed by the gateway");
  const event = parse(payload);
  const [id, type, of] = [text(event, "id"), text(event, "type"), text(event, "order")];
  const isAboutMoney = type === "charge.captured" || type === "charge.refunded";
  const amount_cents = isAboutMoney ? whole(event, "amount_cents", 1, 1e12) : undefined;
  return inTurn(async () => {
    const order = find(orders, "order", of);
    if (type === "charge.captured" && amount_cents !== order.amount_cents) {
      throw new Refusal(409, "that is not what this order costs");
    }
    if (!heard.has(id)) await happen("event", { id, type, order: of, amount_cents });
    return { status: 204 };
  });
}

/** In a time that says nothing about where they differ; timingSafeEqual itself wants the same length. */
function same(given, expected) {
  const [one, other] = [given, expected].map((text) => crypto.createHash("sha256").update(text).digest());
  return crypto.timingSafeEqual(one, other);
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

function parse(payload) {
  let body;
  try {
    body = JSON.parse(payload.toString("utf8"));
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
  return Buffer.concat(pieces);
}

async function route(request) {
  const payload = await readBody(request);
  const parts = request.url.split("?")[0].split("/").slice(1);
  switch (`${request.method} ${parts.map((part, at) => (at === 1 && parts[0] === "orders" ? "*" : part)).join("/")}`) {
    case "GET orders/*":
      return { status: 200, content: showOrder(find(orders, "order", parts[1])) };
    case "POST products":
      return { status: 201, content: await inTurn(() => addProduct(parse(payload))) };
    case "POST orders":
      return { status: 201, content: await inTurn(() => addOrder(parse(payload))) };
    case "POST orders/*/pay":
      return pay(parts[1], parse(payload));
    case "POST webhooks/payments":
      return hear(payload, request.headers["x-signature"]);
    default:
      throw new Refusal(404, "there is nothing here");
  }
}

function refused(error) {
  if (error instanceof Refusal) return { status: error.status, content: { error: error.message } };
  console.error(error);
  return { status: 500, content: { error: "that was our mistake" } };
}

const server = http.createServer(async (request, response) => {
  const { status, content } = await route(request).catch(refused);
  if (content === undefined) {
    response.writeHead(status).end();
    return;
  }
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
});

// The backlog: how many clients may wait while we accept.
server.listen({ port: PORT, host: HOST, backlog: 256 });
collect();

process.on("SIGTERM", () => process.exit(0));
