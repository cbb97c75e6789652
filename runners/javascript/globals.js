// What programs find without importing it: a part of Node's globals, and a `fetch` that asks the grading's upstreams.

import { send } from "gradus:runner/upstreams@0.1.0";
import { Buffer } from "./buffer.js";

const deadlines = new WeakMap();

class Ended extends Error {
  constructor(code) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

globalThis.Buffer = Buffer;
globalThis.global = globalThis;
globalThis.setImmediate ??= (callback, ...values) => setTimeout(callback, 0, ...values);
globalThis.process = {
  Ended,
  env: {},
  argv: ["node"],
  platform: "wasi",
  pid: 1,
  versions: {},
  stdout: { write: (text) => (printed(String(text)), true) },
  stderr: { write: (text) => (console.error(String(text).replace(/\n$/, "")), true) },
  on: () => process,
  once: () => process,
  off: () => process,
  cwd: () => "/app",
  uptime: () => performance.now() / 1000,
  hrtime: Object.assign(
    () => [Math.floor(performance.now() / 1000), Math.round((performance.now() % 1000) * 1e6)],
    { bigint: () => BigInt(Math.round(performance.now() * 1e6)) },
  ),
  memoryUsage: () => ({ heapUsed: 0, rss: 0 }),
  nextTick: (callback, ...values) => queueMicrotask(() => callback(...values)),
  exit: (code = 0) => {
    throw new Ended(code);
  },
};

/** What went wrong and where in the program, as Node prints it; the engine's own console would write an expression in one line. */
function asText(error) {
  const calls = String(error.stack ?? "").split("\n").map((call) => /^(.*)@(\/app\/.*:\d+:\d+)$/.exec(call));
  const places = calls.filter(Boolean).map(([, name, place]) => `    at ${name ? `${name} (${place})` : place}`);
  return [String(error), ...places].join("\n");
}

for (const level of ["debug", "error", "info", "log", "warn"]) {
  const print = console[level].bind(console);
  console[level] = (...values) => print(...values.map((value) => (value instanceof Error ? asText(value) : value)));
}

let line = "";
/** The console writes lines; what has no end yet waits for it. */
function printed(text) {
  const lines = (line + text).split("\n");
  line = lines.pop();
  for (const whole of lines) console.log(whole);
}

AbortSignal.timeout = (milliseconds) => {
  const controller = new AbortController();
  deadlines.set(controller.signal, milliseconds);
  return controller.signal;
};

export const deadlineOf = (signal) => (signal ? deadlines.get(signal) : undefined);

export class Silence extends Error {
  constructor({ tag, val }) {
    super(tag === "timed-out" ? "The operation was aborted due to timeout" : val);
    this.name = tag === "timed-out" ? "TimeoutError" : "TypeError";
    this.code = { "timed-out": "ETIMEDOUT", refused: "ECONNREFUSED", broken: "ECONNRESET" }[tag];
  }
}

/** Asks an upstream; the program stands still until it has answered. */
export function ask(request, milliseconds) {
  const headers = request.headers.map(([name, value]) => [name, new TextEncoder().encode(String(value))]);
  let response;
  try {
    response = send({ ...request, headers }, milliseconds);
  } catch (error) {
    throw new Silence(error.payload ?? { tag: "broken", val: String(error) });
  }
  const decoder = new TextDecoder("utf-8");
  return { ...response, headers: response.headers.map(([name, value]) => [name, decoder.decode(value)]) };
}

globalThis.fetch = async (input, options = {}) => {
  const request = new Request(input, { ...options, signal: undefined });
  const has = request.method !== "GET" && request.method !== "HEAD";
  const body = has ? new Uint8Array(await request.arrayBuffer()) : new Uint8Array();
  const { signal } = options;
  if (signal?.aborted) throw signal.reason;
  const { url: target, method } = request;
  const answer = ask({ method, target, headers: [...request.headers], body }, deadlineOf(signal));
  const bare = [101, 204, 205, 304].includes(answer.status);
  return new Response(bare ? null : answer.body, { status: answer.status, headers: answer.headers });
};
