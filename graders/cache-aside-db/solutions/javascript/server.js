// The catalogue over HTTP. What is kept, and for how long, is in catalogue.js and cache.js.
"use strict";

const http = require("node:http");
const cache = require("./cache");
const catalogue = require("./catalogue");
const { Gone } = require("./database");

/** A request that is answered with an error: a status and a sentence for the client. */
class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

async function route(request) {
  const body = await read(request);
  const url = new URL(request.url, "http://shop");
  const match = /^\/products\/([1-9][0-9]{0,8})(\/price)?$/.exec(url.pathname);
  if (match && !match[2] && request.method === "GET") {
    const language = url.searchParams.get("lang") ?? "en";
    if (!catalogue.LANGUAGES.includes(language)) throw new Refusal(400, "`lang` is en, de or fr");
    const { found, source } = await catalogue.product(Number(match[1]), language);
    if (!found) throw new Refusal(404, "there is no such product");
    return { status: 200, content: found, headers: { "X-Cache": source } };
  }
  if (match && match[2] && request.method === "PUT") {
    if (!(await catalogue.change(Number(match[1]), priceOf(body)))) throw new Refusal(404, "there is no such product");
    return { status: 204 };
  }
  throw new Refusal(404, "there is nothing here");
}

async function read(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

function priceOf(body) {
  let price;
  try {
    price = JSON.parse(body).price_cents;
  } catch {
    throw new Refusal(400, 'send {"price_cents": 1250}');
  }
  if (!Number.isInteger(price) || price < 1 || price > 1e9) {
    throw new Refusal(400, "`price_cents` is a whole number from 1 to 1000000000");
  }
  return price;
}

function refused(error) {
  if (error instanceof Refusal) return { status: error.status, content: { error: error.message } };
  if (error instanceof Gone) return { status: 503, content: { error: "the database does not answer at the moment" } };
  console.error(error);
  return { status: 500, content: { error: "that was our mistake" } };
}

const server = http.createServer(async (request, response) => {
  const { status, content, headers } = await route(request).catch(refused);
  if (content === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length, ...headers });
  response.end(body);
});

cache.connect().then(() => {
  // The backlog: how many clients may wait while we accept.
  server.listen({ port: Number(process.env.PORT ?? 8080), host: process.env.HOST ?? "127.0.0.1", backlog: 256 });
});

process.on("SIGTERM", () => process.exit(0));
