// A shop that puts items on sale, and forgets them when it ends. Selling them is yours.
"use strict";

const http = require("node:http");

// TODO: what was answered with 201 must survive a crash: write it to a file below DATA_DIR, before you answer.
const DATA_DIR = process.env.DATA_DIR ?? ".";
const items = new Map();

async function route(request, response) {
  const path = request.url.slice(1).split("/");
  if (request.method === "GET" && path.length === 2 && path[0] === "items" && items.has(path[1])) {
    answer(response, 200, items.get(path[1]));
    // TODO: /items/{item}/orders, /orders/{order}, /accounts/{account}
  } else if (request.method === "POST" && request.url === "/items") {
    // TODO: 400 for what is no item.
    const body = await readJson(request);
    const item = String(items.size + 1);
    items.set(item, { item, ...body, sold: 0 });
    answer(response, 201, items.get(item));
    // TODO: /items/{item}/orders, /accounts, /transfers. The key of an order is request.headers["idempotency-key"].
    // Node is one thread, but at each `await` others get their turn: what you read before it may be old after it.
  } else {
    answer(response, 404, { error: "there is nothing here" });
  }
}

async function readJson(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString("utf8"));
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
