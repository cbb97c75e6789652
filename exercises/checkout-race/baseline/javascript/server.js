// What a till is compared with: it takes items and orders only. Each order is a file of its own, of which it has last year's,
// too, and to take another order it reads all of them again.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const LAST_YEAR = 1200;
const BOOK = path.join(process.env.DATA_DIR ?? ".", "orders");
const items = [];

const write = (order) => fs.writeFileSync(path.join(BOOK, order.order), JSON.stringify(order), { flush: true });
const read = (name) => JSON.parse(fs.readFileSync(path.join(BOOK, name), "utf8"));

function take(item, quantity) {
  const orders = fs.readdirSync(BOOK).map(read);
  const sold = orders.filter((order) => order.item === item).reduce((sum, order) => sum + order.quantity, 0);
  const left = items[Number(item)].stock - sold - quantity;
  if (left < 0) return [409, { error: "there is not enough left" }];
  const order = String(orders.length);
  write({ order, item, quantity });
  return [201, { order, left, total_cents: items[Number(item)].price_cents * quantity }];
}

function answer(parts, body) {
  if (parts.length === 1) {
    items.push(body);
    return [201, { item: String(items.length - 1), ...body, sold: 0 }];
  }
  if (parts.length === 3 && parts[2] === "orders") return take(parts[1], body.quantity);
  return [404, { error: "there is nothing here" }];
}

fs.mkdirSync(BOOK, { recursive: true });
for (let number = 0; number < LAST_YEAR; number++) write({ order: String(number), item: "last year's", quantity: 1 });
http
  .createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const parts = request.url.split("/").filter(Boolean);
      const [status, content] = answer(parts, JSON.parse(Buffer.concat(chunks).toString()));
      const payload = JSON.stringify(content);
      response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(payload) });
      response.end(payload);
    });
  })
  .listen(Number(process.env.PORT), process.env.HOST ?? "127.0.0.1", 128);
