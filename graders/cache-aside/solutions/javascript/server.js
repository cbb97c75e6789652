// Prices in other currencies, with rates from a cache in front of a rates service.
"use strict";

const http = require("node:http");

const RATES_URL = process.env.RATES_URL;
const CACHE_TTL = Number(process.env.CACHE_TTL ?? 2) * 1000;
const PATIENCE = 1500; // for the rates service; our own clients are promised an answer within two seconds

/** A request that is answered with an error: a status and a sentence for the client. */
class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

const kept = new Map(); // the rates by pair, and until when each is good
const asked = new Map(); // by pair, the questions that are on their way

/** A rate, and where it came from. */
async function rateOf(from, to) {
  const pair = `${from}/${to}`;
  const entry = kept.get(pair);
  if (entry && performance.now() < entry.until) return { rate: entry.rate, source: "hit" };
  try {
    return { rate: await askOnce(pair, from, to), source: "miss" };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // It may have been forgotten while we waited.
    const older = kept.get(pair);
    if (!older) throw new Refusal(503, "there is no rate at the moment");
    return { rate: older.rate, source: "stale" };
  }
}

/** The answer to the question that is on its way, or to a new one. It goes on even if nobody waits for it any more. */
function askOnce(pair, from, to) {
  const underway = asked.get(pair);
  if (underway) return underway;
  const answer = ask(from, to)
    .then((rate) => {
      // Who was forgotten meanwhile has nothing to say any more.
      if (asked.get(pair) === answer) kept.set(pair, { rate, until: performance.now() + CACHE_TTL });
      return rate;
    })
    .finally(() => {
      if (asked.get(pair) === answer) asked.delete(pair);
    });
  asked.set(pair, answer);
  return answer;
}

async function ask(from, to) {
  // The signal holds for the body, too, however slowly that comes.
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(`${RATES_URL}/v1/rates/${to}?base=${from}`, { signal });
  const text = await answer.text();
  if (answer.status === 404) throw new Refusal(404, "no such currency");
  if (answer.status !== 200) throw new Error(`the rates service answers ${answer.status}`);
  const rate = JSON.parse(text)?.rate;
  if (!Number.isFinite(rate) || rate <= 0) throw new Error("that is no rate");
  return rate;
}

function currency(name, text) {
  if (!/^[A-Za-z]{3}$/.test(text ?? "")) throw new Refusal(400, `\`${name}\` is a currency of three letters`);
  return text.toUpperCase();
}

function amountOf(text) {
  if (!/^[0-9]{1,12}(\.[0-9]{1,6})?$/.test(text ?? "")) {
    throw new Refusal(400, "`amount` is a number such as 10 or 12.50");
  }
  return Number(text);
}

async function convert(query) {
  const from = currency("from", query.get("from"));
  const to = currency("to", query.get("to"));
  const amount = amountOf(query.get("amount"));
  const { rate, source } = await rateOf(from, to);
  return { status: 200, content: { amount: Math.round(amount * rate * 100) / 100, rate }, headers: { "X-Cache": source } };
}

function forget(from, to) {
  const pair = `${currency("from", from)}/${currency("to", to)}`;
  kept.delete(pair);
  asked.delete(pair);
  return { status: 204 };
}

async function route(request) {
  const url = new URL(request.url, "http://shop");
  const parts = url.pathname.split("/").slice(1);
  if (request.method === "GET" && url.pathname === "/convert") return convert(url.searchParams);
  if (request.method === "DELETE" && parts.length === 3 && parts[0] === "cache") return forget(parts[1], parts[2]);
  throw new Refusal(404, "there is nothing here");
}

function refused(error) {
  if (error instanceof Refusal) return { status: error.status, content: { error: error.message } };
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

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");

process.on("SIGTERM", () => process.exit(0));
