// The modules that programs may require as `node:…`: those parts that servers of exercises use.

import { look, makeFolder, names, read, remove, rename, write } from "gradus:runner/files@0.1.0";
import { Buffer } from "./buffer.js";
import { EventEmitter, once } from "./events.js";
import { http, server } from "./http.js";
import { normal } from "./modules.js";
import { createHash, createHmac } from "./digest.js";

export { server };

const absolute = (path) => {
  const text = path instanceof URL ? path.pathname : String(path);
  return normal(text.startsWith("/") ? text : `/app/${text}`);
};

/** Errors of the grader are codes; Node's have a code and a sentence. */
function attempt(call, path, action) {
  try {
    return action();
  } catch (error) {
    const code = error.payload ?? String(error);
    throw Object.assign(new Error(`${code}: ${call} '${path}'`), { code, path, syscall: call });
  }
}

const bytes = (content, encoding) => (typeof content === "string" ? Buffer.from(content, encoding) : content);
const encodingOf = (options) => (typeof options === "string" ? options : options?.encoding);

const fs = {
  readFileSync(path, options) {
    const content = Buffer.from(attempt("open", path, () => read(absolute(path))));
    return encodingOf(options) ? content.toString(encodingOf(options)) : content;
  },
  writeFileSync(path, content, options) {
    attempt("open", path, () => write(absolute(path), bytes(content, encodingOf(options)), options?.flag === "a"));
  },
  appendFileSync(path, content, options) {
    attempt("open", path, () => write(absolute(path), bytes(content, encodingOf(options)), true));
  },
  renameSync: (from, to) => attempt("rename", from, () => rename(absolute(from), absolute(to))),
  unlinkSync: (path) => attempt("unlink", path, () => remove(absolute(path))),
  rmSync(path, options = {}) {
    if (fs.existsSync(path) || !options.force) attempt("rm", path, () => remove(absolute(path)));
  },
  existsSync(path) {
    try {
      look(absolute(path));
      return true;
    } catch {
      return false;
    }
  },
  mkdirSync(path, options = {}) {
    if (!options.recursive) return attempt("mkdir", path, () => makeFolder(absolute(path)));
    let below = "";
    for (const part of absolute(path).split("/").filter(Boolean)) {
      below += `/${part}`;
      if (!fs.existsSync(below)) attempt("mkdir", below, () => makeFolder(below));
    }
  },
  readdirSync: (path) => attempt("scandir", path, () => names(absolute(path))),
  statSync(path) {
    const about = attempt("stat", path, () => look(absolute(path)));
    return { size: Number(about.size), isDirectory: () => about.isFolder, isFile: () => !about.isFolder };
  },
};

const NAMES = { readFile: 1, writeFile: 1, appendFile: 1, rename: 1, unlink: 1, rm: 1, mkdir: 1, readdir: 1, stat: 1 };
fs.promises = Object.fromEntries(
  Object.keys(NAMES).map((name) => [name, async (...values) => fs[`${name}Sync`](...values)]),
);
fs.promises.access = async (path) => void attempt("access", path, () => look(absolute(path)));

const path = {
  sep: "/",
  join: (...parts) => {
    const text = parts.filter(Boolean).join("/");
    const clean = normal(text);
    return text.startsWith("/") ? clean : clean.slice(1) || ".";
  },
  resolve: (...parts) => parts.reduce((from, part) => normal(part.startsWith("/") ? part : `${from}/${part}`), "/app"),
  dirname: (text) => text.slice(0, text.lastIndexOf("/")) || (text.startsWith("/") ? "/" : "."),
  basename: (text, end = "") => {
    const name = text.slice(text.lastIndexOf("/") + 1);
    return end && name.endsWith(end) ? name.slice(0, -end.length) : name;
  },
  extname: (text) => /[^/.](\.[^./]*)$/.exec(text)?.[1] ?? "",
};
path.posix = path;

const sleep = (milliseconds, value) => new Promise((resolve) => setTimeout(() => resolve(value), milliseconds));

const nodeCrypto = {
  createHash,
  createHmac,
  randomUUID: () => crypto.randomUUID(),
  randomBytes: (size) => crypto.getRandomValues(Buffer.alloc(size)),
  randomInt: (from, to) => {
    const [least, end] = to === undefined ? [0, from] : [from, to];
    return least + Math.floor(Math.random() * (end - least));
  },
  timingSafeEqual(one, other) {
    if (one.length !== other.length) throw new RangeError("Input buffers must have the same byte length");
    return one.every((byte, index) => byte === other[index]);
  },
  webcrypto: crypto,
};

EventEmitter.once = once;
EventEmitter.EventEmitter = EventEmitter;

export const builtins = {
  http,
  fs,
  path,
  "fs/promises": fs.promises,
  events: Object.assign(EventEmitter, { once }),
  buffer: { Buffer },
  process: globalThis.process,
  crypto: nodeCrypto,
  timers: { setTimeout, clearTimeout, setInterval, clearInterval },
  "timers/promises": { setTimeout: sleep },
  url: { URL, URLSearchParams, fileURLToPath: (url) => new URL(url).pathname, pathToFileURL: (text) => new URL(`file://${text}`) },
  querystring: { parse: (text) => Object.fromEntries(new URLSearchParams(text)) },
};
