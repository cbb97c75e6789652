// The shelf over HTTP: methods, paths, headers and bodies. What becomes of products is in shelf.js.
"use strict";

const http = require("node:http");
const product = require("./product");
const Problem = require("./problem");
const shelf = require("./shelf");

const LARGEST_BODY = 1 << 20;
const JSON_TYPE = "application/json";
const MERGE_PATCH = "application/merge-patch+json";

const LIST = {
  GET: page,
  HEAD: page,
  POST: async ({ request, payload }) => {
    const row = await shelf.add(read(request, payload, JSON_TYPE), request.headers["idempotency-key"]);
    return shown(201, row, { Location: `/products/${row.id}` });
  },
};

const ONE = {
  GET: get,
  HEAD: get,
  PUT: async ({ request, payload, id }) =>
    shown(200, await shelf.replace(id, read(request, payload, JSON_TYPE), request.headers["if-match"])),
  PATCH: async ({ request, payload, id }) =>
    shown(200, await shelf.merge(id, read(request, payload, MERGE_PATCH), request.headers["if-match"])),
  DELETE: async ({ request, id }) => {
    await shelf.remove(id, request.headers["if-match"]);
    return { status: 204 };
  },
};

async function page({ url }) {
  return { status: 200, content: await shelf.page(url.searchParams) };
}

async function get({ request, id }) {
  const row = await shelf.get(id);
  const known = request.headers["if-none-match"];
  if (known !== undefined && product.isAmong(product.tag(row), known)) {
    return { status: 304, headers: { ETag: product.tag(row) } };
  }
  return shown(200, row);
}

const shown = (status, row, headers = {}) => ({
  status,
  content: product.show(row),
  headers: { ETag: product.tag(row), ...headers },
});

function read(request, payload, wanted) {
  const sent = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  if (sent !== wanted) throw new Problem(415, `send ${wanted}`, { "Accept-Post": JSON_TYPE, "Accept-Patch": MERGE_PATCH });
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    throw new Problem(400, "that is no JSON");
  }
}

async function receive(request) {
  const pieces = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > LARGEST_BODY) throw new Problem(413, "the body is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function route(request) {
  const payload = await receive(request);
  const url = new URL(request.url, "http://shelf");
  const match = /^\/products(?:\/([1-9][0-9]{0,14}))?$/.exec(url.pathname);
  if (!match) throw new Problem(404, "there is nothing here");
  const methods = match[1] ? ONE : LIST;
  const act = Object.hasOwn(methods, request.method) && methods[request.method];
  if (!act) throw new Problem(405, `${request.method} can't be done here`, { Allow: Object.keys(methods).join(", ") });
  return act({ request, payload, url, id: Number(match[1]) });
}

function refused(error) {
  if (!(error instanceof Problem)) console.error(error);
  const problem = error instanceof Problem ? error : new Problem(500, "that was our mistake");
  const headers = { ...problem.headers, "Content-Type": "application/problem+json" };
  return { status: problem.status, content: problem.content, headers };
}

const server = http.createServer(async (request, response) => {
  const { status, content, headers } = await route(request).catch(refused);
  if (content === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": JSON_TYPE, "Content-Length": body.length, ...headers });
  response.end(body);
});

shelf.prepare().then(
  // The backlog: how many clients may wait while we accept.
  () => server.listen({ port: Number(process.env.PORT ?? 8080), host: process.env.HOST ?? "127.0.0.1", backlog: 256 }),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

process.on("SIGTERM", () => process.exit(0));
