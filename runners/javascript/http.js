// Node's http without sockets: a server whose requests come from the grader, and requests to the grading's upstreams.

import { Buffer } from "./buffer.js";
import { EventEmitter } from "./events.js";
import { ask, deadlineOf } from "./globals.js";

const LONGEST_HEADER_NAME = 256;
const STATUS_CODES = { 200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 404: "Not Found", 500: "Internal Server Error" };
const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/** A message that is read: its body comes in one piece, once somebody wants it. */
class IncomingMessage extends EventEmitter {
  httpVersion = "1.1";
  aborted = false;
  destroyed = false;
  readableEnded = false;
  complete = false;
  #body;
  #flows = false;
  #encoding;

  constructor(headers, body) {
    super();
    this.rawHeaders = headers.flat();
    this.headers = joined(headers);
    this.#body = Buffer.from(body);
    // As with Node, a body of no bytes is there before anybody reads it.
    this.complete = body.length === 0;
    this.socket = this.connection = { remoteAddress: "127.0.0.1", encrypted: false, setTimeout() {}, destroy() {}, on() {}, once() {} };
  }

  setEncoding(encoding) {
    this.#encoding = encoding;
    return this;
  }

  on(name, listener) {
    super.on(name, listener);
    if (name === "data") this.resume();
    return this;
  }

  resume() {
    if (!this.#flows) {
      this.#flows = true;
      queueMicrotask(() => this.#flow());
    }
    return this;
  }

  pause() {
    return this;
  }

  destroy() {
    this.destroyed = true;
    return this;
  }

  setTimeout() {
    return this;
  }

  pipe(other) {
    this.on("data", (piece) => other.write(piece));
    this.on("end", () => other.end());
    return other;
  }

  #flow() {
    if (this.#body.length > 0 && !this.destroyed) {
      this.emit("data", this.#encoding ? this.#body.toString(this.#encoding) : this.#body);
    }
    if (this.destroyed) return;
    this.complete = this.readableEnded = true;
    this.emit("end");
    this.emit("close");
  }

  async *[Symbol.asyncIterator]() {
    this.#flows = true;
    if (this.#body.length > 0) yield this.#encoding ? this.#body.toString(this.#encoding) : this.#body;
    this.complete = this.readableEnded = true;
  }
}

function joined(headers) {
  const map = Object.create(null);
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (key === "set-cookie") map[key] = [...(map[key] ?? []), value];
    else if (!(key in map)) map[key] = value;
    else if (!["content-length", "content-type", "host", "authorization", "user-agent"].includes(key)) map[key] += `, ${value}`;
  }
  return map;
}

class ServerResponse extends EventEmitter {
  statusCode = 200;
  headersSent = false;
  writableEnded = false;
  #headers = new Map();
  #pieces = [];
  #method;
  #done;

  constructor(method, done) {
    super();
    this.#method = method;
    this.#done = done;
    this.socket = this.connection = { setTimeout() {}, destroy: () => this.destroy(), on() {}, once() {} };
  }

  setHeader(name, value) {
    if (this.headersSent) throw new Error("Cannot set headers after they are sent to the client");
    if (name.length > LONGEST_HEADER_NAME || /[^!#$%&'*+.^_`|~0-9A-Za-z-]/.test(name)) {
      throw new TypeError(`Header name must be a valid HTTP token ["${name}"]`);
    }
    const texts = (Array.isArray(value) ? value : [value]).map(String);
    if (texts.some((text) => /[^\t\x20-\x7e\x80-\xff]/.test(text))) {
      throw new TypeError(`Invalid character in header content ["${name}"]`);
    }
    this.#headers.set(name.toLowerCase(), [name, texts]);
    return this;
  }

  getHeader(name) {
    const texts = this.#headers.get(name.toLowerCase())?.[1];
    return texts?.length === 1 ? texts[0] : texts;
  }

  getHeaders() {
    return Object.fromEntries([...this.#headers].map(([name, [, texts]]) => [name, texts.length === 1 ? texts[0] : texts]));
  }

  hasHeader(name) {
    return this.#headers.has(name.toLowerCase());
  }

  removeHeader(name) {
    this.#headers.delete(name.toLowerCase());
  }

  writeHead(status, reason, headers) {
    if (this.headersSent) throw new Error("Cannot write headers after they are sent to the client");
    this.statusCode = status;
    const given = typeof reason === "string" ? headers : reason;
    const entries = Array.isArray(given) ? given : Object.entries(given ?? {});
    for (const [name, value] of entries) if (value !== undefined) this.setHeader(name, value);
    this.headersSent = true;
    return this;
  }

  flushHeaders() {
    this.headersSent = true;
  }

  write(piece, encoding, callback) {
    this.headersSent = true;
    this.#pieces.push(Buffer.from(piece, typeof encoding === "string" ? encoding : "utf8"));
    [encoding, callback].find((value) => typeof value === "function")?.();
    return true;
  }

  end(piece, encoding, callback) {
    if (this.writableEnded) return this;
    if (piece !== undefined && piece !== null && typeof piece !== "function") this.write(piece, encoding);
    this.headersSent = this.writableEnded = true;
    const headers = [...this.#headers.values()].flatMap(([name, texts]) => texts.map((text) => [name, text]));
    const body = this.#method === "HEAD" ? Buffer.alloc(0) : Buffer.concat(this.#pieces);
    this.#done({ status: this.statusCode, headers, body });
    [piece, encoding, callback].find((value) => typeof value === "function")?.();
    queueMicrotask(() => (this.emit("finish"), this.emit("close")));
    return this;
  }

  destroy() {
    this.#done(undefined);
    return this;
  }
}

class Server extends EventEmitter {
  listening = false;
  #address = null;

  constructor(handler) {
    super();
    if (handler) this.on("request", handler);
  }

  listen(port, host, callback) {
    const given = typeof port === "object" && port !== null ? port : { port, host };
    this.listening = true;
    this.#address = { port: Number(given.port), address: typeof given.host === "string" ? given.host : "127.0.0.1", family: "IPv4" };
    server.current = this;
    const ready = [host, callback, arguments[3]].find((value) => typeof value === "function");
    if (ready) this.once("listening", ready);
    queueMicrotask(() => this.emit("listening"));
    return this;
  }

  address() {
    return this.#address;
  }

  close(callback) {
    this.listening = false;
    callback?.();
    return this;
  }

  closeAllConnections() {}
  closeIdleConnections() {}
  unref() {
    return this;
  }
  ref() {
    return this;
  }
  setTimeout() {
    return this;
  }
}

/** The server that listens, for the runner. */
export const server = {
  current: undefined,
  get listening() {
    return this.current?.listening ?? false;
  },
  handle({ method, target, headers, body }) {
    return new Promise((resolve, reject) => {
      const request = new IncomingMessage(headers, body);
      Object.assign(request, { method, url: target });
      const response = new ServerResponse(method, (answer) =>
        answer ? resolve(answer) : reject(new Error("the program closed the connection without an answer")),
      );
      response.req = request;
      this.current.emit("request", request, response);
    });
  },
};

class ClientRequest extends EventEmitter {
  #options;
  #pieces = [];

  constructor(options) {
    super();
    this.#options = options;
  }

  setHeader(name, value) {
    this.#options.headers = { ...this.#options.headers, [name]: value };
  }

  setTimeout(milliseconds) {
    this.#options.timeout = milliseconds;
    return this;
  }

  write(piece, encoding) {
    this.#pieces.push(Buffer.from(piece, typeof encoding === "string" ? encoding : "utf8"));
    return true;
  }

  end(piece, encoding) {
    if (piece !== undefined && typeof piece !== "function") this.write(piece, encoding);
    setTimeout(() => this.#send(), 0);
    return this;
  }

  destroy() {
    return this;
  }

  #send() {
    const { method = "GET", protocol = "http:", hostname, host, port, path = "/", headers = {}, signal, timeout } = this.#options;
    const name = hostname ?? host ?? "localhost";
    const target = `${protocol}//${name}${port && !String(name).includes(":") ? `:${port}` : ""}${path}`;
    const list = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((text) => [name, text]));
    let answer;
    try {
      answer = ask({ method, target, headers: list, body: Buffer.concat(this.#pieces) }, deadlineOf(signal) ?? timeout);
    } catch (error) {
      if (error.code === "ETIMEDOUT" && !signal) this.emit("timeout");
      else this.emit("error", error);
      return;
    }
    const response = new IncomingMessage(answer.headers, answer.body);
    Object.assign(response, { statusCode: answer.status, statusMessage: STATUS_CODES[answer.status] ?? "" });
    this.emit("response", response);
  }
}

function request(first, second, third) {
  const url = typeof first === "string" || first instanceof URL ? new URL(first) : undefined;
  const given = url ? (typeof second === "object" ? second : {}) : first;
  const listener = [second, third].find((value) => typeof value === "function");
  const parts = url ? { protocol: url.protocol, hostname: url.hostname, port: url.port, path: url.pathname + url.search } : {};
  const asked = new ClientRequest({ ...parts, ...given });
  if (listener) asked.once("response", listener);
  return asked;
}

class Agent {
  destroy() {}
}

export const http = {
  createServer: (options, handler) => new Server(typeof options === "function" ? options : handler),
  request,
  get: (...values) => request(...values).end(),
  Agent,
  globalAgent: new Agent(),
  Server,
  ServerResponse,
  IncomingMessage,
  STATUS_CODES,
  METHODS,
};
