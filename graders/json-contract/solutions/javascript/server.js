// The warehouse, with nothing but what Node brings along.
"use strict";

const http = require("node:http");
const { Decimal, NotJson, read, write } = require("./json.js");

const LARGEST_BODY = 1 << 20;
const LARGEST_BARCODE = 2n ** 63n - 1n;

const JSON_TYPE = "application/json";
const MERGE_PATCH = "application/merge-patch+json";

/** A request that is answered with an error: a status and a sentence for the client. */
class Refusal extends Error {
  constructor(status, reason, headers = {}) {
    super(reason);
    this.status = status;
    this.headers = headers;
  }
}

const parcels = new Map();

const isWhole = (value) => value instanceof Decimal && value.isWhole() && !value.isNegative();

// For each field, whether a value will do, and what to say if not.
const PARCEL_FIELDS = new Map([
  ["barcode", [(value) => isWhole(value) && value.atMost(LARGEST_BARCODE), "a whole number from 0 to 2^63 - 1"]],
  ["to", [(value) => typeof value === "string" && value !== "", "a text that is not empty"]],
  ["value", [(value) => value instanceof Decimal && !value.isNegative(), "a number from 0 up"]],
  ["note", [(value) => value === null || typeof value === "string", "a text or null"]],
  ["extra", [(value) => value instanceof Map, "an object"]],
]);
const LINE_FIELDS = new Map([
  ["price", [(value) => value instanceof Decimal, "a number"]],
  ["count", [isWhole, "a whole number from 0 up"]],
]);

function required(value, what, fields, needed) {
  if (!(value instanceof Map)) throw new Refusal(400, `${what} is an object`);
  for (const [name, item] of value) {
    if (!fields.has(name)) throw new Refusal(400, `${what} has no field ${name}`);
    const [fits, wanted] = fields.get(name);
    if (!fits(item)) throw new Refusal(400, `${name} is ${wanted}`);
  }
  for (const name of needed) {
    if (!value.has(name)) throw new Refusal(400, `${what} needs a field ${name}`);
  }
  return value;
}

const asParcel = (value) => required(value, "a parcel", PARCEL_FIELDS, ["barcode", "to"]);

/** RFC 7396, section 2. The target itself stays as it is. */
function merged(target, patch) {
  if (!(patch instanceof Map)) return patch;
  const result = new Map(target instanceof Map ? target : []);
  for (const [key, value] of patch) {
    if (value === null) result.delete(key);
    else result.set(key, merged(result.get(key), value));
  }
  return result;
}

function total(bill) {
  if (!Array.isArray(bill)) throw new Refusal(400, "a bill is a list of lines");
  let sum = new Decimal(0n, 0);
  for (const line of bill) {
    required(line, "a line", LINE_FIELDS, LINE_FIELDS.keys());
    sum = sum.plus(line.get("price").times(line.get("count")));
  }
  return new Map([["total", sum]]);
}

const ROUTES = [
  [/^\/mirror$/, { POST: ({ json }) => [200, json(JSON_TYPE)] }],
  [/^\/total$/, { POST: ({ json }) => [200, total(json(JSON_TYPE))] }],
  [
    /^\/parcels\/([A-Za-z0-9-]+)$/,
    {
      GET: ({ id }) => [200, known(id)],
      PUT: ({ id, json }) => {
        const parcel = asParcel(json(JSON_TYPE));
        const status = parcels.has(id) ? 200 : 201;
        parcels.set(id, parcel);
        return [status, parcel];
      },
      PATCH: ({ id, json }) => {
        const patch = json(JSON_TYPE, MERGE_PATCH);
        const parcel = asParcel(merged(known(id), patch));
        parcels.set(id, parcel);
        return [200, parcel];
      },
    },
  ],
];

function known(id) {
  if (!parcels.has(id)) throw new Refusal(404, "there is no such parcel");
  return parcels.get(id);
}

async function answer(request) {
  try {
    // The body is read even where nobody wants it: on a kept connection the next request begins behind it.
    const body = await readBody(request);
    return [...route(request, body), {}];
  } catch (error) {
    if (error instanceof NotJson) return [400, problem(error.message), {}];
    if (error instanceof Refusal) return [error.status, problem(error.message), error.headers];
    console.error(error);
    return [500, problem("that was our mistake"), {}];
  }
}

const problem = (reason) => new Map([["error", reason]]);

function route(request, body) {
  const [path] = request.url.split("?");
  for (const [pattern, methods] of ROUTES) {
    const found = pattern.exec(path);
    if (!found) continue;
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (!Object.hasOwn(methods, method)) {
      const allowed = Object.keys(methods).join(", ").replace("GET", "GET, HEAD");
      throw new Refusal(405, `known here: ${allowed}`, { Allow: allowed });
    }
    return methods[method]({ id: found[1], json: (...types) => readJson(request, body, types) });
  }
  throw new Refusal(404, "there is nothing here");
}

function readJson(request, body, types) {
  const [type] = (request.headers["content-type"] ?? "").split(";");
  if (!types.includes(type.trim().toLowerCase())) throw new Refusal(415, `the body has to be ${types.join(" or ")}`);
  return read(body);
}

async function readBody(request) {
  const pieces = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > LARGEST_BODY) throw new Refusal(413, "the body is too long", { Connection: "close" });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const server = http.createServer(async (request, response) => {
  const [status, content, headers] = await answer(request);
  const body = Buffer.from(write(content));
  response.writeHead(status, { "Content-Type": JSON_TYPE, "Content-Length": body.length, ...headers });
  response.end(body);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");

// Nothing is kept, so there is nothing to finish.
process.on("SIGTERM", () => process.exit(0));
