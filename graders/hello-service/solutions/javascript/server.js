// The shop's first server, with nothing but what Node brings along.
"use strict";

const http = require("node:http");

const LARGEST_BODY = 1 << 20;

/** A request that is answered with an error: a status and a sentence for the client. */
class Refusal extends Error {
  constructor(status, reason, headers = {}) {
    super(reason);
    this.status = status;
    this.headers = headers;
  }
}

const ROUTES = {
  "/": {
    GET: () => reply(200, "text/plain; charset=utf-8", Buffer.from("Welcome to the shop!\n")),
  },
  "/health": {
    GET: () => json(200, { status: "ok" }),
  },
  "/hello": {
    GET: ({ query }) => {
      const name = parameter(query, "name");
      if (!name) throw new Refusal(400, "say who you are: /hello?name=...");
      return json(200, { hello: name });
    },
  },
  "/echo": {
    POST: ({ type, body }) => reply(200, type ?? "application/octet-stream", body),
  },
};

async function answer(request) {
  try {
    // The body is read even where nobody wants it: on a kept connection the next request begins behind it.
    const body = await readBody(request);
    return route(request, body);
  } catch (error) {
    if (error instanceof Refusal) return json(error.status, { error: error.message }, error.headers);
    console.error(error);
    return json(500, { error: "that was our mistake" });
  }
}

function route(request, body) {
  const [path, ...rest] = request.url.split("?");
  if (!Object.hasOwn(ROUTES, path)) throw new Refusal(404, "there is nothing here");
  const methods = ROUTES[path];

  // Node itself leaves the body out of the answer to HEAD.
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (!Object.hasOwn(methods, method)) {
    const known = Object.keys(methods).join(", ").replace("GET", "GET, HEAD");
    throw new Refusal(405, `known here: ${known}`, { Allow: known });
  }
  return methods[method]({ query: rest.join("?"), type: request.headers["content-type"], body });
}

/** The first parameter of that name. It is split before it is decoded: a value may hold an encoded `&`. */
function parameter(query, wanted) {
  for (const pair of query.split("&")) {
    const [name, ...value] = pair.split("=");
    if (decode(name) === wanted) return decode(value.join("="));
  }
  return undefined;
}

function decode(text) {
  try {
    // Unlike URLSearchParams, this throws at a bad escape and at bytes that are no UTF-8.
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new Refusal(400, "the query is not percent-encoded UTF-8");
  }
}

async function readBody(request) {
  const pieces = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > LARGEST_BODY) throw new Refusal(413, "the body is too long", { Connection: "close" });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function json(status, content, headers = {}) {
  return reply(status, "application/json", Buffer.from(JSON.stringify(content)), headers);
}

function reply(status, type, body, headers = {}) {
  return { status, headers: { "Content-Type": type, "Content-Length": body.length, ...headers }, body };
}

const server = http.createServer(async (request, response) => {
  const { status, headers, body } = await answer(request);
  response.writeHead(status, headers);
  response.end(body);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");

// Nothing is kept, so there is nothing to finish.
process.on("SIGTERM", () => process.exit(0));
