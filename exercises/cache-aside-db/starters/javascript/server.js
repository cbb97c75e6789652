// Products from the database, each time anew. Keeping them is yours.
"use strict";

const http = require("node:http");
const { Pool } = require("pg");
const { createClient } = require("redis");

const CACHE_TTL = Number(process.env.CACHE_TTL ?? 60);
// TODO: how long may the database take? And Redis? What if one of them is not there?
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
const cache = createClient({ url: process.env.CACHE_URL });
cache.on("error", (error) => console.error(error.message));

async function route(request, response) {
  const url = new URL(request.url, "http://shop");
  const match = /^\/products\/([1-9][0-9]{0,8})$/.exec(url.pathname);
  if (request.method === "GET" && match) {
    // TODO: 400 for other languages, 404 for no product; and look into the cache first.
    const { rows } = await pool.query(
      "select p.id, t.name, p.price_cents, p.stock from products p " +
        "join texts t on t.product_id = p.id and t.language = $1 where p.id = $2",
      [url.searchParams.get("lang") ?? "en", Number(match[1])],
    );
    answer(response, 200, rows[0], { "X-Cache": "miss" });
  } else {
    // TODO: PUT on /products/7/price.
    answer(response, 404, { error: "there is nothing here" });
  }
}

function answer(response, status, content, headers = {}) {
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length, ...headers });
  response.end(body);
}

const server = http.createServer((request, response) => {
  request.resume();
  route(request, response).catch((error) => {
    console.error(error);
    answer(response, 500, { error: "that was our mistake" });
  });
});

// TODO: Redis may not be there when you start, either.
cache.connect().then(() => {
  server.listen({ port: Number(process.env.PORT ?? 8080), host: process.env.HOST ?? "127.0.0.1", backlog: 256 });
});
