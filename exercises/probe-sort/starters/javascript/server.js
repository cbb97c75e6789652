// The shelf in the cellar. This copies the whole row, which nobody may, and knows one way of sorting, which is none: the rest is yours.
"use strict";

const http = require("node:http");

const SHELF_URL = process.env.SHELF_URL ?? "http://127.0.0.1:9000";

/** The row behind the glass, for one job. */
class Shelf {
  async size() {
    return (await this.#ask("/size")).size;
  }

  async read(place) {
    return (await this.#ask(`/items/${place}`)).item;
  }

  async swap(a, b) {
    await this.#ask("/swaps", { method: "POST", body: JSON.stringify({ a, b }) });
  }

  async #ask(path, options) {
    // TODO: what if it does not answer, or answers something else? And who counts?
    const answer = await fetch(SHELF_URL + path, options);
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  }
}

async function smallest(shelf, count) {
  // TODO: a copy of the row is too much.
  const row = [];
  const size = await shelf.size();
  for (let place = 0; place < size; place++) row.push(await shelf.read(place));
  return row.sort((one, other) => one - other).slice(0, count);
}

async function find(shelf, number) {
  // TODO: the row is sorted. How many looks does that save?
  const size = await shelf.size();
  for (let place = 0; place < size; place++) {
    if ((await shelf.read(place)) === number) return place;
  }
  return undefined;
}

// TODO: bubble, selection, insertion; and count.

async function work(shelf, request) {
  const { pathname, searchParams: query } = new URL(request.url, "http://cellar");
  // TODO: 400 for what is no question.
  switch (`${request.method} ${pathname}`) {
    case "GET /smallest":
      return { status: 200, content: { numbers: await smallest(shelf, Number(query.get("count"))) } };
    case "GET /find": {
      const place = await find(shelf, Number(query.get("number")));
      if (place === undefined) return { status: 404, content: { error: "there is no such parcel" } };
      return { status: 200, content: { place } };
    }
    // TODO: POST /sort. A body comes in pieces: for await (const piece of request) …
    default:
      return { status: 404, content: { error: "there is nothing here" } };
  }
}

const server = http.createServer(async (request, response) => {
  const { status, content } = await work(new Shelf(), request).catch((error) => {
    console.error(error);
    return { status: 500, content: { error: "that was our mistake" } };
  });
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");
