// One door in front of three services. It passes on a GET to one of them, and trusts everybody: the rest is yours.
"use strict";

const http = require("node:http");
const { once } = require("node:events");

const AUTH_URL = process.env.AUTH_URL ?? "http://127.0.0.1:9000";
const SERVICES = new Map(
  ["users", "orders", "stock"].map((name) => [name, process.env[`${name.toUpperCase()}_URL`] ?? "http://127.0.0.1:9000"]),
);
const BUDGET = Number(process.env.BUDGET ?? 2);
const RATE_LIMIT = Number(process.env.RATE_LIMIT ?? 12);
const RATE_WINDOW = Number(process.env.RATE_WINDOW ?? 5);
const BREAKER_FAILURES = Number(process.env.BREAKER_FAILURES ?? 3);
const BREAKER_REFUSALS = Number(process.env.BREAKER_REFUSALS ?? 4);

/** A service's answer. Unlike `fetch`, this sends the path as it is, follows nothing and unpacks nothing. */
async function ask(url, { method, target, headers = {}, body }) {
  const { hostname, port } = new URL(url);
  // TODO: how long may this take? And what if no answer comes, or half of one?
  const request = http.request({ hostname, port, method, path: target, headers, agent: false });
  request.end(body);
  const [answer] = await once(request, "response");
  return { status: answer.statusCode, headers: answer.headers, body: await whole(answer) };
}

async function whole(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function answer(incoming) {
  const service = SERVICES.get(incoming.url.split("/")[1]);
  if (incoming.method !== "GET" || service === undefined) {
    const body = Buffer.from(JSON.stringify({ error: "there is nothing here" }));
    return { status: 404, headers: { "content-type": "application/json" }, body };
  }
  // TODO: who is this? Which of the client's headers go along, and what do we add?
  return ask(service, { method: "GET", target: incoming.url });
}

// TODO: the other methods, with their bodies; and GET /home.

const server = http.createServer(async (incoming, response) => {
  // TODO: what if this throws?
  const { status, headers, body } = await answer(incoming);
  // TODO: not all of them are for the client.
  const { connection, "transfer-encoding": coding, ...rest } = headers;
  response.writeHead(status, { ...rest, "content-length": body.length });
  response.end(body);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");
