// A Todo-Backend: a list of todos over HTTP, with nothing but what Node brings along.
"use strict";

const http = require("node:http");
const path = require("node:path");
const { Todos } = require("./todos.js");

const LARGEST_BODY = 1 << 20;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** A request that is answered with an error: a status and a sentence for the client. */
class Refusal extends Error {
  constructor(status, reason, headers = {}) {
    super(reason);
    this.status = status;
    this.headers = headers;
  }
}

const RULES = {
  title: { fits: (value) => typeof value === "string", rule: "title is text" },
  completed: { fits: (value) => typeof value === "boolean", rule: "completed is true or false" },
  order: { fits: (value) => value === null || Number.isSafeInteger(value), rule: "order is a whole number" },
};

const todos = new Todos(path.join(process.env.DATA_DIR ?? "data", "todos.json"));

const onList = {
  GET: ({ shown }) => json(200, todos.all().map(shown)),
  POST: ({ body, shown }) => {
    const todo = shown(todos.add(readFields(body, { titleNeeded: true })));
    return json(201, todo, { Location: todo.url });
  },
  DELETE: () => {
    todos.clear();
    return nothing();
  },
  OPTIONS: () => preflight("GET, POST, DELETE"),
};

const onTodo = {
  GET: ({ id, shown }) => json(200, shown(found(todos.find(id)))),
  PATCH: ({ id, body, shown }) => {
    found(todos.find(id));
    return json(200, shown(todos.change(id, readFields(body, { titleNeeded: false }))));
  },
  DELETE: ({ id }) => {
    found(todos.remove(id));
    return nothing();
  },
  OPTIONS: () => preflight("GET, PATCH, DELETE"),
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
  const { host } = request.headers;
  const origin = host ? `http://${host}` : "";
  const shown = ({ id, title, completed, order }) => ({ title, completed, order, url: `${origin}/todos/${id}` });

  const [where] = request.url.split("?", 1);
  const number = /^\/todos\/([0-9]{1,15})$/.exec(where);
  if (where !== "/" && !number) throw new Refusal(404, "there is nothing here");
  const methods = number ? onTodo : onList;

  const method = request.method === "HEAD" ? "GET" : request.method;
  if (!Object.hasOwn(methods, method)) {
    const known = Object.keys(methods).join(", ");
    throw new Refusal(405, `known here: ${known}`, { Allow: known });
  }
  return methods[method]({ id: number && Number(number[1]), body, shown });
}

/** The fields of a todo that a client sent, each of the right type. */
function readFields(body, { titleNeeded }) {
  const sent = parse(body);
  if (sent === null || typeof sent !== "object" || Array.isArray(sent)) throw new Refusal(400, "a todo is a JSON object");
  const fields = {};
  for (const [name, { fits, rule }] of Object.entries(RULES)) {
    if (!Object.hasOwn(sent, name) && !(name === "title" && titleNeeded)) continue;
    if (!fits(sent[name])) throw new Refusal(400, rule);
    fields[name] = sent[name];
  }
  return fields;
}

function parse(body) {
  try {
    return JSON.parse(UTF8.decode(body));
  } catch {
    throw new Refusal(400, "the body is not JSON");
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
  // Joined before it is decoded: a letter may be cut in two where one piece ends and the next begins.
  return Buffer.concat(pieces);
}

function found(todo) {
  if (!todo) throw new Refusal(404, "there is no such todo");
  return todo;
}

function json(status, content, headers = {}) {
  const body = Buffer.from(JSON.stringify(content));
  return { status, headers: { "Content-Type": "application/json", "Content-Length": body.length, ...headers }, body };
}

function nothing(headers = {}) {
  return { status: 204, headers };
}

function preflight(methods) {
  return nothing({
    "Access-Control-Allow-Methods": methods,
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Max-Age": "600",
  });
}

const server = http.createServer(async (request, response) => {
  const { status, headers, body } = await answer(request);
  response.writeHead(status, { "Access-Control-Allow-Origin": "*", ...headers });
  response.end(body); // Node itself leaves the body out of the answer to HEAD.
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");

// Every change is on disk before it is answered, so there is nothing to finish.
process.on("SIGTERM", () => process.exit(0));
