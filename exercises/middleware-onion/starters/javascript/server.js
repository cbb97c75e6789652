// A notice board. Its handlers are complete; the layers around them are missing, and they are yours.
"use strict";

const http = require("node:http");
const { setTimeout: sleep } = require("node:timers/promises");

const API_TOKEN = process.env.API_TOKEN ?? "sesame";
const RATE_LIMIT = Number(process.env.RATE_LIMIT ?? 5);
const RATE_WINDOW = Number(process.env.RATE_WINDOW ?? 3);

// The handlers. Each takes a request and returns a status and what becomes JSON.

const notes = [];

function addNote(request) {
  let text;
  try {
    text = JSON.parse(request.body)?.text;
  } catch {
    // Refused below.
  }
  if (typeof text !== "string" || text === "") return { status: 400, content: { error: "a note is an object with a `text`" } };
  const note = { id: notes.length + 1, text };
  notes.push(note);
  return { status: 201, content: note };
}

function fail(request) {
  throw new Error(`the fuse is blown: ${new URLSearchParams(request.query).get("fuse")}`);
}

const ROUTES = {
  "GET /public": () => ({ status: 200, content: { page: "public" } }),
  "GET /private": () => ({ status: 200, content: { page: "private" } }),
  "GET /slow": async () => {
    await sleep(300);
    return { status: 200, content: { page: "slow" } };
  },
  "GET /notes": () => ({ status: 200, content: { notes } }),
  "POST /notes": addNote,
  "GET /boom": fail,
  "GET /boom/later": async (request) => {
    await sleep(100);
    return fail(request);
  },
};

async function route(request) {
  const handler = ROUTES[`${request.method} ${request.path}`];
  return handler ? handler(request) : { status: 404, content: { error: "there is nothing here" } };
}

// TODO: the layers. One of them can look so:
//
//     const shield = (inner) => async (request) => {
//       try {
//         return await inner(request);
//       } catch (error) {
//         ...
//       }
//     };
//
//     const application = requestId(accessLog(shield(...(route))));

async function readBody(incoming) {
  // TODO: how long may it be? Beware: whoever leaves this loop early closes the connection, before anything could be answered.
  const pieces = [];
  for await (const piece of incoming) pieces.push(piece);
  return Buffer.concat(pieces);
}

const server = http.createServer(async (incoming, response) => {
  const [path, ...rest] = incoming.url.split("?");
  const { method, headers } = incoming;
  const request = { method, path, query: rest.join("?"), headers, body: await readBody(incoming) };

  // TODO: what if this throws?
  const { status, content } = await route(request);
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");
