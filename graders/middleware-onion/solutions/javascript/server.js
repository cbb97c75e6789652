// A notice board inside its layers: id, log, shield, rate, token, body.
"use strict";

const crypto = require("node:crypto");
const http = require("node:http");
const { setTimeout: sleep } = require("node:timers/promises");

const API_TOKEN = process.env.API_TOKEN ?? "sesame";
const RATE_LIMIT = Number(process.env.RATE_LIMIT ?? 5);
const RATE_WINDOW = Number(process.env.RATE_WINDOW ?? 3);
const LARGEST_BODY = 1024;
const VALID_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** A layer does not let a request in: a status, a sentence for the client, and headers. */
class Refusal extends Error {
  constructor(status, reason, headers = {}) {
    super(reason);
    this.answer = { status, content: { error: reason }, headers };
  }
}

// The handlers.

const notes = [];

function addNote(request) {
  let text;
  try {
    text = JSON.parse(request.body)?.text;
  } catch {
    // Refused below.
  }
  if (typeof text !== "string" || text === "") throw new Refusal(400, "a note is an object with a `text`");
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

const PROTECTED = new Set(["GET /private", "POST /notes"]);

const operation = (request) => `${request.method} ${request.path}`;

async function route(request) {
  if (!Object.hasOwn(ROUTES, operation(request))) throw new Refusal(404, "there is nothing here");
  return ROUTES[operation(request)](request);
}

// The layers, from the outside to the inside.

const requestId = (inner) => async (request) => {
  const given = request.headers["x-request-id"] ?? "";
  request.id = VALID_ID.test(given) ? given : crypto.randomUUID();
  const answer = await inner(request);
  return { ...answer, headers: { ...answer.headers, "X-Request-Id": request.id } };
};

const accessLog = (inner) => async (request) => {
  const begun = performance.now();
  const answer = await inner(request);
  const line = {
    id: request.id,
    method: request.method,
    path: request.path,
    status: answer.status,
    ms: Math.round((performance.now() - begun) * 10) / 10,
    agent: request.headers["user-agent"] ?? null,
    error: request.error, // left out while there is none
  };
  process.stdout.write(JSON.stringify(line) + "\n");
  return answer;
};

const shield = (inner) => async (request) => {
  try {
    // Without this `await`, what fails later would fail outside of the shield.
    return await inner(request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    request.error = String(error);
    return { status: 500, content: { error: "that was our mistake", id: request.id } };
  }
};

const rateLimit = (inner) => {
  const windows = new Map(); // for each client: the end of its window, and how many were let in
  return async (request) => {
    const client = request.headers["x-real-ip"];
    if (client !== undefined) {
      const now = performance.now();
      for (const [other, { end }] of windows) if (end <= now) windows.delete(other);
      const window = windows.get(client) ?? { end: now + RATE_WINDOW * 1000, count: 0 };
      if (window.count >= RATE_LIMIT) {
        const seconds = Math.max(1, Math.ceil((window.end - now) / 1000));
        throw new Refusal(429, "not so fast", { "Retry-After": String(seconds) });
      }
      window.count += 1;
      windows.set(client, window);
    }
    return inner(request);
  };
};

const token = (inner) => async (request) => {
  if (PROTECTED.has(operation(request))) {
    const [, given] = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? "") ?? [];
    if (given === undefined || !same(given, API_TOKEN)) {
      throw new Refusal(401, "the token, please", { "WWW-Authenticate": 'Bearer realm="board"' });
    }
  }
  return inner(request);
};

/** Takes as long for a token that is nearly right. */
function same(one, other) {
  const digest = (text) => crypto.createHash("sha256").update(text).digest();
  return crypto.timingSafeEqual(digest(one), digest(other));
}

const bodyLimit = (inner) => async (request) => {
  request.body = await readBody(request.incoming);
  return inner(request);
};

const application = requestId(accessLog(shield(rateLimit(token(bodyLimit(route))))));

// Not with `for await`: leaving that early closes the connection, before anything could be answered.
function readBody(incoming) {
  return new Promise((resolve, reject) => {
    const tooLong = () => reject(new Refusal(413, `a body has ${LARGEST_BODY} bytes at most`));
    if (Number(incoming.headers["content-length"] ?? 0) > LARGEST_BODY) return tooLong();

    const pieces = [];
    let length = 0;
    incoming.on("data", (piece) => {
      length += piece.length;
      if (length > LARGEST_BODY) return tooLong();
      pieces.push(piece);
    });
    incoming.on("end", () => resolve(Buffer.concat(pieces)));
    const cut = () => reject(new Refusal(400, "the body ends before its end"));
    incoming.on("error", cut).on("aborted", cut);
  });
}

const server = http.createServer(async (incoming, response) => {
  const [path, ...rest] = incoming.url.split("?");
  const { method, headers } = incoming;
  const answer = await application({ method, path, query: rest.join("?"), headers, incoming });
  const body = Buffer.from(JSON.stringify(answer.content));
  response.writeHead(answer.status, {
    ...answer.headers,
    "Content-Type": "application/json",
    "Content-Length": body.length,
    // Where an unread body ends, the next request begins; nobody wants to wait for that.
    ...(incoming.complete ? {} : { Connection: "close" }),
  });
  response.end(body);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");

process.on("SIGTERM", () => process.exit(0));
