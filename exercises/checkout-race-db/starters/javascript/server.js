// A till that puts items on sale, over PostgreSQL. Selling them is yours.
"use strict";

const http = require("node:http");
const { Pool } = require("pg");

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
// TODO: what if the database ends while a connection is in use, or while none is?

const asItem = ({ id, name, price_cents, stock, sold }) => {
  // The driver gives bigint as text, as not all of them are numbers of JavaScript.
  return { item: id, name, price_cents: Number(price_cents), stock, sold };
};

async function route(request, response) {
  const path = request.url.slice(1).split("/");
  if (request.method === "GET" && path.length === 2 && path[0] === "items") {
    const { rows } = await pool.query("select * from items where id = $1", [path[1]]);
    // TODO: 404 for what is not there.
    answer(response, 200, asItem(rows[0]));
    // TODO: /items/{item}/orders, /orders/{order}, /accounts/{account}
  } else if (request.method === "POST" && request.url === "/items") {
    // TODO: 400 for what is no item.
    const { name, price_cents, stock } = await readJson(request);
    const insert = "insert into items (name, price_cents, stock) values ($1, $2, $3) returning *";
    const { rows } = await pool.query(insert, [name, price_cents, stock]);
    answer(response, 201, asItem(rows[0]));
    // TODO: /items/{item}/orders, /accounts, /transfers. The key of an order is request.headers["idempotency-key"].
    // A transaction is several statements on one connection: pool.connect(), begin, …, commit, release().
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
