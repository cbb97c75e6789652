// The clinic's pages over HTTP. What they ask the database is in clinic.js; nothing here is slow.
"use strict";

const http = require("node:http");
const clinic = require("./clinic");
const database = require("./database");
const Refusal = require("./refusal");

const PAGES = [
  ["GET", /^\/patients$/, clinic.patients],
  ["GET", /^\/patients\/([0-9]{1,9})\/appointments$/, clinic.history],
  ["GET", /^\/patients\/([0-9]{1,9})\/letters$/, clinic.letters],
  ["GET", /^\/letters\/([0-9]{1,9})$/, clinic.letter],
  ["GET", /^\/days\/([^/]+)$/, clinic.day],
  ["GET", /^\/doctors\/([0-9]{1,9})$/, clinic.doctor],
  ["GET", /^\/doctors\/([0-9]{1,9})\/next$/, clinic.nextBooked],
  ["GET", /^\/reports\/([^/]+)$/, clinic.report],
  ["POST", /^\/bookings\/([^/]+)\/cancel$/, clinic.cancel],
];

async function page(request) {
  const url = new URL(request.url, "http://clinic");
  for (const [method, path, show] of PAGES) {
    const match = path.exec(url.pathname);
    if (match && method === request.method) return show(url.searchParams, ...match.slice(1));
  }
  throw new Refusal(404, "there is nothing here");
}

function answer(response, status, content) {
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
}

const server = http.createServer(async (request, response) => {
  request.resume();
  try {
    answer(response, 200, await page(request));
  } catch (error) {
    if (error instanceof Refusal) return answer(response, error.status, { error: error.reason });
    console.error(error);
    answer(response, 500, { error: "that was our mistake" });
  }
});

async function main() {
  for (const statement of clinic.MIGRATIONS) await database.change(statement);
  server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");
}

process.on("SIGTERM", () => process.exit(0));
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
