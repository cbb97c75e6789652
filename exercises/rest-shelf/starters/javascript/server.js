// A shelf that shows its first products, one by one or all at once. REST's rules are yours.
"use strict";

const http = require("node:http");
const { transaction } = require("./database");

const COLUMNS = "id, sku, name, category, price_cents, stock, description";

async function route(request, response) {
  const [path] = request.url.split("?");
  const one = /^\/products\/([1-9][0-9]{0,14})$/.exec(path);
  if (request.method === "GET" && one) {
    const { rows } = await transaction((db) => db.query(`select ${COLUMNS} from products where id = $1`, [one[1]]));
    // TODO: 404 if there is none. An ETag, and 304 for who knows this state already.
    answer(response, 200, rows[0]);
  } else if (request.method === "GET" && path === "/products") {
    // TODO: some at a time, the newest first, with a link to those that follow; of one category, if that is asked for.
    const { rows } = await transaction((db) => db.query(`select ${COLUMNS} from products limit 20`));
    answer(response, 200, { products: rows, next: null });
  } else {
    // TODO: HEAD, POST, PUT, PATCH, DELETE; 405 for the others.
    answer(response, 404, { title: "Not Found", status: 404 });
  }
}

function answer(response, status, content) {
  const body = Buffer.from(JSON.stringify(content));
  // TODO: what is wrong is told as application/problem+json.
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
}

const server = http.createServer((request, response) => {
  request.resume();
  route(request, response).catch((error) => {
    console.error(error);
    answer(response, 500, { title: "Internal Server Error", status: 500 });
  });
});

server.listen({ port: Number(process.env.PORT ?? 8080), host: process.env.HOST ?? "127.0.0.1", backlog: 256 });
