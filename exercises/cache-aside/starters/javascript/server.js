// Prices in other currencies. It asks the rates service each time, and believes whatever that says: the rest is yours.
"use strict";

const http = require("node:http");

const RATES_URL = process.env.RATES_URL ?? "http://127.0.0.1:9000";
const CACHE_TTL = Number(process.env.CACHE_TTL ?? 2);

async function askForRate(base, target) {
  // TODO: how long may this take? What if it is no rate that comes back?
  const answer = await fetch(`${RATES_URL}/v1/rates/${target}?base=${base}`);
  return (await answer.json()).rate;
}

async function route(request, response) {
  const url = new URL(request.url, "http://shop");
  if (request.method === "GET" && url.pathname === "/convert") {
    // TODO: 400 for what is no question; and a rate that is kept need not be asked for.
    const rate = await askForRate(url.searchParams.get("from"), url.searchParams.get("to"));
    const amount = Number(url.searchParams.get("amount")) * rate;
    answer(response, 200, { amount, rate }, { "X-Cache": "miss" });
  } else {
    // TODO: DELETE on /cache/EUR/USD.
    answer(response, 404, { error: "there is nothing here" });
  }
}

function answer(response, status, content, headers = {}) {
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length, ...headers });
  response.end(body);
}

const server = http.createServer((request, response) => {
  route(request, response).catch((error) => {
    console.error(error);
    answer(response, 500, { error: "that was our mistake" });
  });
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");
