// Searches and sorts a row that can only be read one by one and swapped, as cheaply as each way of doing it allows.
"use strict";

const http = require("node:http");
const { once } = require("node:events");

const SHELF_URL = new URL(process.env.SHELF_URL);
const GREATEST_NUMBER = 9999;
const LARGEST_COUNT = 10;
const LARGEST_BODY = 64 << 10;
const PATIENCE = 3000; // for one answer of the shelf

/** A request that is answered with an error: a status and a sentence for the client. */
class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

/** The row behind the glass, for one job. Whatever costs something is counted. */
class Shelf {
  // One connection, which stays open: each look depends on the one before.
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  reads = 0;
  swaps = 0;

  async size() {
    return this.#number("/size", "size");
  }

  async read(place) {
    this.reads += 1;
    return this.#number(`/items/${place}`, "item");
  }

  async swap(a, b) {
    this.swaps += 1;
    await this.#ask("POST", "/swaps", 204, JSON.stringify({ a, b }));
  }

  async #number(path, name) {
    const number = (await this.#ask("GET", path, 200))?.[name];
    if (!Number.isInteger(number)) throw new Refusal(502, "the shelf talks nonsense");
    return number;
  }

  async #ask(method, path, wanted, body) {
    const { hostname, port } = SHELF_URL;
    const headers = body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": body.length };
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const request = http.request({ hostname, port, method, path, headers, agent: this.#agent, signal });
      request.on("error", () => {}); // what comes after the answer has begun is told by the answer, too
      request.end(body);
      const [answer] = await once(request, "response");
      const content = await whole(answer);
      if (answer.statusCode !== wanted) throw new Error(`the shelf answers ${answer.statusCode}`);
      return content.length > 0 ? JSON.parse(content) : {};
    } catch {
      throw new Refusal(502, "the shelf does not answer");
    }
  }

  close() {
    this.#agent.destroy();
  }
}

async function whole(stream) {
  const pieces = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > LARGEST_BODY) throw new Refusal(400, "that is too much");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

// Rows in any order.

/** The smallest numbers, rising. None is looked at twice. */
async function smallest(shelf, count) {
  const numbers = [];
  const size = await shelf.size();
  for (let place = 0; place < size; place++) {
    const number = await shelf.read(place);
    const greater = numbers.findIndex((other) => other > number);
    numbers.splice(greater < 0 ? numbers.length : greater, 0, number);
    numbers.length = Math.min(numbers.length, count);
  }
  return numbers;
}

async function bubble(shelf, key) {
  // Behind `end` everything is in its place. Each pass carries the greatest number to the end, and looks at each other one once.
  let end = (await shelf.size()) - 1;
  while (end > 0) {
    let lastSwap = 0;
    let carried = await shelf.read(0);
    for (let place = 0; place < end; place++) {
      const following = await shelf.read(place + 1);
      if (key(following) < key(carried)) {
        await shelf.swap(place, place + 1);
        lastSwap = place;
      } else {
        carried = following;
      }
    }
    end = lastSwap;
  }
}

async function selection(shelf, key) {
  const size = await shelf.size();
  for (let place = 0; place < size - 1; place++) {
    let chosen = place;
    let least = await shelf.read(place);
    for (let other = place + 1; other < size; other++) {
      const number = await shelf.read(other);
      if (key(number) < key(least)) [chosen, least] = [other, number];
    }
    if (chosen !== place) await shelf.swap(place, chosen);
  }
}

async function insertion(shelf, key) {
  const size = await shelf.size();
  for (let next = 1; next < size; next++) {
    const moving = await shelf.read(next);
    for (let place = next; place > 0 && key(await shelf.read(place - 1)) > key(moving); place--) {
      await shelf.swap(place - 1, place);
    }
  }
}

const SORTS = new Map(Object.entries({ bubble, selection, insertion }));
const KEYS = new Map(Object.entries({ number: (number) => number, street: (number) => Math.floor(number / 100) }));

// Rows that rise.

/** The first place whose number is not below the wanted one, and that number: `size` and none if all are below. */
async function firstNotBelow(shelf, size, wanted) {
  let [low, high, there] = [0, size, undefined];
  // Everything before `low` is below it; nothing from `high` on is, and `there` stands at `high`.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const number = await shelf.read(middle);
    if (number < wanted) low = middle + 1;
    else [high, there] = [middle, number];
  }
  return { place: high, there };
}

async function find(shelf, wanted) {
  const { place, there } = await firstNotBelow(shelf, await shelf.size(), wanted);
  if (there !== wanted) throw new Refusal(404, "there is no such parcel");
  return place;
}

async function count(shelf, least, greatest) {
  if (least > greatest) return 0;
  const size = await shelf.size();
  const begin = await firstNotBelow(shelf, size, least);
  const end = await firstNotBelow(shelf, size, greatest + 1);
  return end.place - begin.place;
}

function numberIn(query, name, greatest) {
  const text = query.get(name) ?? "";
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) > greatest) {
    throw new Refusal(400, `\`${name}\` is a whole number from 0 to ${greatest}`);
  }
  return Number(text);
}

function wishIn(body) {
  let wish;
  try {
    wish = JSON.parse(body);
  } catch {
    // Refused below.
  }
  const [sort, key] = [SORTS.get(wish?.by), KEYS.get(wish?.key ?? "number")];
  if (!sort || !key) {
    throw new Refusal(400, `\`by\` is one of ${[...SORTS.keys()].join(", ")}, and \`key\` one of ${[...KEYS.keys()].join(", ")}`);
  }
  return { sort, key };
}

async function work(shelf, request) {
  const { pathname, searchParams: query } = new URL(request.url, "http://cellar");
  switch (`${request.method} ${pathname}`) {
    case "GET /smallest":
      return { numbers: await smallest(shelf, numberIn(query, "count", LARGEST_COUNT)) };
    case "POST /sort": {
      const { sort, key } = wishIn(await whole(request));
      await sort(shelf, key);
      return { reads: shelf.reads, swaps: shelf.swaps };
    }
    case "GET /find":
      return { place: await find(shelf, numberIn(query, "number", GREATEST_NUMBER)) };
    case "GET /count": {
      const [from, to] = ["from", "to"].map((name) => numberIn(query, name, GREATEST_NUMBER));
      return { count: await count(shelf, from, to) };
    }
    default:
      throw new Refusal(404, "there is nothing here");
  }
}

const server = http.createServer(async (request, response) => {
  const shelf = new Shelf();
  let [status, content] = [200, undefined];
  try {
    content = await work(shelf, request);
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error);
    [status, content] = error instanceof Refusal ? [error.status, { error: error.message }] : [500, { error: "that was our mistake" }];
  } finally {
    shelf.close();
  }
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");

process.on("SIGTERM", () => process.exit(0));
