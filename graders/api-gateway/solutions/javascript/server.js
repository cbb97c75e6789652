// One door in front of three services: who asks, how often, with which headers, and what happens when a service is ill.
"use strict";

const crypto = require("node:crypto");
const http = require("node:http");
const { once } = require("node:events");

const BUDGET = Number(process.env.BUDGET ?? 2) * 1000;
const RATE_LIMIT = Number(process.env.RATE_LIMIT ?? 12);
const RATE_WINDOW = Number(process.env.RATE_WINDOW ?? 5) * 1000;
const BREAKER_FAILURES = Number(process.env.BREAKER_FAILURES ?? 3);
const BREAKER_REFUSALS = Number(process.env.BREAKER_REFUSALS ?? 4);
const LARGEST_BODY = 1 << 20;
const VALID_ID = /^[A-Za-z0-9._-]{8,64}$/;
const VALID_USER = /^[A-Za-z0-9._-]{1,64}$/;
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
// RFC 9110 §7.6.1, and those that older proxies keep to themselves.
const HOP_BY_HOP = [
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"],
  ...["te", "trailer", "transfer-encoding", "upgrade"],
];
// What a client may not tell our services, or what we tell them ourselves.
const NOT_FROM_CLIENTS = new Set(["authorization", "x-user", "x-request-id", "host", "content-length", "expect"]);

/** A request that the gateway answers itself: a status, a sentence for the client, and headers. */
class Refusal extends Error {
  constructor(status, reason, ...headers) {
    super(reason);
    this.status = status;
    this.headers = headers;
  }
}

/** An answer of our own. Headers are a list of pairs everywhere, as a name may stand there twice. */
function json(status, content, ...headers) {
  const body = Buffer.from(JSON.stringify(content));
  return { status, headers: [["Content-Type", "application/json"], ...headers], body };
}

/** The whole answer of a service, or a Refusal: 504 when the budget is used up, 502 for anything else that is no answer. */
async function ask(url, question, deadline) {
  const left = deadline - performance.now();
  if (left <= 0) throw new Refusal(504, "there was no time left to ask");
  // The signal holds for the body, too, however slowly that comes.
  const signal = AbortSignal.timeout(Math.ceil(left));
  try {
    return await exchange(new URL(url), question, signal);
  } catch {
    throw signal.aborted ? new Refusal(504, "a service did not answer in time") : new Refusal(502, "a service gave no answer");
  }
}

async function exchange({ hostname, port }, { method, target, headers, body }, signal) {
  const grouped = Object.create(null);
  for (const [name, value] of headers) (grouped[name.toLowerCase()] ??= []).push(value);
  if (body.length > 0 || ["POST", "PUT", "PATCH"].includes(method)) grouped["content-length"] = [String(body.length)];
  // A connection of its own for each question: on one that is kept, a service may hang up just when we ask.
  const request = http.request({ hostname, port, method, path: target, headers: grouped, agent: false, signal });
  request.on("error", () => {}); // one that comes after the answer has begun is told by the answer, too
  request.end(body);
  const [answer] = await once(request, "response");
  return { status: answer.statusCode, headers: pairs(answer.rawHeaders), body: await whole(answer, Infinity) };
}

async function whole(stream, limit) {
  const pieces = [];
  let length = 0;
  // Leaving early must not close the connection: there is an answer to send.
  for await (const piece of stream.iterator({ destroyOnReturn: false })) {
    length += piece.length;
    if (length > limit) throw new Refusal(413, `a body has ${limit} bytes at most`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function pairs(raw) {
  const list = [];
  for (let at = 0; at < raw.length; at += 2) list.push([raw[at], raw[at + 1]]);
  return list;
}

/** Lets nobody through to a service that failed too often in a row, but now and then one who tries. */
class Breaker {
  #failures = 0;
  #open = false;
  #trying = false;
  #refusalsLeft = 0;

  /** Whether this is the trial. Whoever is let in must `settle`. */
  admit() {
    if (!this.#open) return false;
    if (this.#trying || this.#refusalsLeft > 0) {
      this.#refusalsLeft = Math.max(0, this.#refusalsLeft - 1);
      throw new Refusal(503, "a service is ill, please try again later");
    }
    this.#trying = true;
    return true;
  }

  settle(trial, well) {
    if (trial) {
      this.#trying = false;
      this.#open = !well;
      this.#refusalsLeft = BREAKER_REFUSALS;
      this.#failures = 0;
    } else if (!this.#open) {
      // One that was let in before the others failed tells nothing new.
      this.#failures = well ? 0 : this.#failures + 1;
      if (this.#failures >= BREAKER_FAILURES) {
        this.#open = true;
        this.#refusalsLeft = BREAKER_REFUSALS;
      }
    }
  }
}

/** One of the three, behind its breaker. */
class Service {
  #breaker = new Breaker();

  constructor(url) {
    this.url = url;
  }

  async ask(question, deadline) {
    const trial = this.#breaker.admit();
    let well = false;
    try {
      const answer = await this.#askAgain(question, deadline);
      well = answer.status < 500;
      return answer;
    } finally {
      this.#breaker.settle(trial, well);
    }
  }

  /** Once more if the line broke, and only what can be asked twice without harm. */
  async #askAgain(question, deadline) {
    try {
      return await ask(this.url, question, deadline);
    } catch (refusal) {
      if (refusal.status !== 502 || !["GET", "HEAD"].includes(question.method)) throw refusal;
      return ask(this.url, question, deadline);
    }
  }
}

const services = {
  users: new Service(process.env.USERS_URL),
  orders: new Service(process.env.ORDERS_URL),
  stock: new Service(process.env.STOCK_URL),
};

const windows = new Map(); // for each user: the end of the window, and how many were let in

function admit(user) {
  const now = performance.now();
  for (const [other, { end }] of windows) if (end <= now) windows.delete(other);
  const window = windows.get(user) ?? { end: now + RATE_WINDOW, count: 0 };
  if (window.count >= RATE_LIMIT) {
    const seconds = Math.max(1, Math.ceil((window.end - now) / 1000));
    throw new Refusal(429, "not so fast", ["Retry-After", String(seconds)]);
  }
  window.count += 1;
  windows.set(user, window);
}

/** The user whose token this is. It is asked each time: a token may end at any moment. */
async function whoIs(question, id, deadline) {
  const given = question.headers.filter(([name]) => name.toLowerCase() === "authorization");
  const [, token] = (given.length === 1 && BEARER.exec(given[0][1])) || [];
  if (token === undefined) throw new Refusal(401, "the token, please", ["WWW-Authenticate", "Bearer"]);
  const nobody = new Refusal(503, "nobody can say who you are at the moment");
  const headers = [["Content-Type", "application/json"], ["X-Request-Id", id]];
  const body = Buffer.from(JSON.stringify({ token }));
  let status, user;
  try {
    const answer = await ask(process.env.AUTH_URL, { method: "POST", target: "/check", headers, body }, deadline);
    status = answer.status;
    if (status === 200) user = JSON.parse(answer.body)?.user;
  } catch {
    throw nobody;
  }
  if (status === 401) throw new Refusal(401, "this token is not valid", ["WWW-Authenticate", 'Bearer error="invalid_token"']);
  // It becomes a header: what is no name must not get there.
  if (typeof user !== "string" || !VALID_USER.test(user)) throw nobody;
  return user;
}

// What the page of the app is made of: a service and where to ask it.
const HOME = { user: ["users", "/users/me"], orders: ["orders", "/orders/recent"], offers: ["stock", "/stock/offers"] };

/** Three answers in one. All are asked at once; only the user is indispensable. */
async function home(headers, deadline) {
  const part = async ([service, target]) => {
    const answer = await services[service].ask({ method: "GET", target, headers, body: Buffer.alloc(0) }, deadline);
    if (answer.status !== 200) throw new Refusal(502, `${service} has nothing to say`);
    try {
      return JSON.parse(answer.body);
    } catch {
      throw new Refusal(502, `${service} talks nonsense`);
    }
  };
  const names = Object.keys(HOME);
  const parts = await Promise.allSettled(names.map((name) => part(HOME[name])));
  const page = { missing: [] };
  for (const [index, name] of names.entries()) {
    const { status, value, reason } = parts[index];
    if (status === "rejected" && name === "user") throw reason;
    page[name] = status === "fulfilled" ? value : null;
    if (status === "rejected") page.missing.push(name);
  }
  return json(200, page);
}

/** What goes through, in both directions: neither what is for this connection alone, nor what is internal. */
function passedOn(headers) {
  const isOptions = ([name]) => name.toLowerCase() === "connection";
  const named = headers.filter(isOptions).flatMap(([, value]) => value.split(",").map((name) => name.trim().toLowerCase()));
  const stays = new Set([...HOP_BY_HOP, ...named]);
  return headers.filter(([name]) => !stays.has(name.toLowerCase()) && !name.toLowerCase().startsWith("x-internal-"));
}

/** The answer to a client; `question` is as it came. */
async function gateway(question, id) {
  const deadline = performance.now() + BUDGET;
  const [path] = question.target.split("?");
  const segments = path.replace(/%2f/gi, "/").replace(/%2e/gi, ".").split("/");
  if (segments.includes(".") || segments.includes("..")) throw new Refusal(400, "a path without detours, please");
  const isHome = path === "/home" && question.method === "GET";
  const name = path.split("/")[1];
  const service = path.startsWith("/") && Object.hasOwn(services, name) ? services[name] : undefined;
  if (!isHome && !service) throw new Refusal(404, "there is nothing here");
  const user = await whoIs(question, id, deadline);
  admit(user);
  const ours = [["X-User", user], ["X-Request-Id", id]];
  if (isHome) return home(ours, deadline);
  const theirs = passedOn(question.headers).filter(([name]) => !NOT_FROM_CLIENTS.has(name.toLowerCase()));
  return service.ask({ ...question, headers: [...theirs, ...ours] }, deadline);
}

function refused(error) {
  if (error instanceof Refusal) return json(error.status, { error: error.message }, ...error.headers);
  console.error(error);
  return json(500, { error: "that was our mistake" });
}

const server = http.createServer(async (incoming, response) => {
  const given = incoming.headers["x-request-id"] ?? "";
  const id = VALID_ID.test(given) ? given : crypto.randomUUID();
  const { method, url: target, rawHeaders } = incoming;
  const answer = await whole(incoming, LARGEST_BODY)
    .then((body) => gateway({ method, target, headers: pairs(rawHeaders), body }, id))
    .catch(refused);
  const isBodiless = method === "HEAD" || answer.status === 204 || answer.status === 304;
  const skipped = isBodiless ? ["x-request-id"] : ["x-request-id", "content-length"];
  const headers = passedOn(answer.headers).filter(([name]) => !skipped.includes(name.toLowerCase()));
  headers.push(["X-Request-Id", id]);
  if (!isBodiless) headers.push(["Content-Length", String(answer.body.length)]);
  // Where an unread body ends, the next request begins; nobody wants to wait for that.
  if (!incoming.complete) headers.push(["Connection", "close"]);
  response.sendDate = false;
  response.writeHead(answer.status, headers.flat());
  response.end(isBodiless ? undefined : answer.body);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");

process.on("SIGTERM", () => process.exit(0));
