// Finds, reads and runs modules of the submission: CommonJS as it is; ES modules after their imports and exports, each at
// the beginning of a line, are rewritten. It knows nothing of HTTP.

import { look, read } from "gradus:runner/files@0.1.0";

const loaded = new Map();
/** The text of a module; what a shell would read of it stays out. */
const textOf = (path) => new TextDecoder().decode(read(path)).replace(/^#!.*/, "");
const IS_ESM = /^(?:import\s*["'{*\w]|export\s+(?:default|const|let|var|function|async|class|\{|\*))/m;

/** What a module exports; it is run once. */
export async function load(path, builtins) {
  const source = textOf(path);
  return path.endsWith(".mjs") || (!path.endsWith(".cjs") && IS_ESM.test(source))
    ? loadModern(path, source, builtins)
    : requirer(path, builtins)(path);
}

function requirer(from, builtins) {
  return (name) => {
    const known = builtins[name.replace(/^node:/, "")];
    if (known) return known;
    const path = find(from, name);
    if (loaded.has(path)) return loaded.get(path).exports;
    const module = { exports: {}, filename: path };
    loaded.set(path, module);
    const source = textOf(path);
    if (path.endsWith(".json")) return (module.exports = JSON.parse(source));
    const require = requirer(path, builtins);
    require.main = undefined;
    const text = later(source);
    const body = compiled(`function ($bring, require, module, exports, __filename, __dirname) { ${text}`, path);
    body.call(module.exports, bringer(path, builtins), require, module, module.exports, path, folderOf(path));
    return module.exports;
  };
}

/** What a module in that place imports by a name. */
function bringer(from, builtins) {
  return async (name) => {
    const known = builtins[name.replace(/^node:/, "")];
    if (known) return { ...known, default: known };
    const path = find(from, name);
    const exported = await load(path, builtins);
    return loaded.get(path).isModern ? exported : { ...exported, default: exported };
  };
}

async function loadModern(path, source, builtins) {
  if (loaded.has(path)) return loaded.get(path).exports;
  const module = { exports: {}, isModern: true };
  loaded.set(path, module);
  const meta = { url: `file://${path}`, main: true, dirname: folderOf(path), filename: path };
  const body = compiled(`async function ($bring, $exports, $meta) { ${rewrite(source)}`, path);
  await body(bringer(path, builtins), module.exports, meta);
  return module.exports;
}

/** A function of a module's text, which begins on the first line: `Function` would put two lines before it. */
function compiled(text, path) {
  return (0, eval)(`(${text}\n})\n//# sourceURL=${path}`);
}

/** The same program with `import()` as a function of ours. */
const later = (source) => source.replace(/(?<![\w$.])import\s*\(/g, "$bring(");

/** The same program without `import` and `export`. Lines keep their numbers. */
function rewrite(source) {
  const after = [];
  const lines = (match, text) => text + "\n".repeat(match.split("\n").length - 1);
  const text = later(source)
    .replace(/^import\s+(["'])([^"']+)\1;?/gm, (_, quote, from) => `await $bring("${from}");`)
    .replace(/^import\s+([\w$*\s{},]+?)\s+from\s*(["'])([^"']+)\2;?/gm, (match, names, quote, from) => lines(match, brought(names, from)))
    .replace(/^export\s+default\s+(async\s+function\*?|function\*?|class)\s+([\w$]+)/gm, (_, kind, name) => {
      after.push(`$exports.default = ${name};`);
      return `${kind} ${name}`;
    })
    .replace(/^export\s+default\s+/gm, "$exports.default = ")
    .replace(/^export\s*\*\s*as\s+([\w$]+)\s+from\s*(["'])([^"']+)\2;?/gm, (_, name, quote, from) => `$exports.${name} = await $bring("${from}");`)
    .replace(/^export\s*\*\s*from\s*(["'])([^"']+)\1;?/gm, (_, quote, from) => `{ const { default: _, ...all } = await $bring("${from}"); Object.assign($exports, all); }`)
    .replace(/^export\s*\{([^}]*)\}\s*from\s*(["'])([^"']+)\2;?/gm, (match, names, quote, from) => {
      const passed = pairs(names).map(([name, as]) => `$exports.${as} = from.${name};`);
      return lines(match, `{ const from = await $bring("${from}"); ${passed.join(" ")} }`);
    })
    .replace(/^export\s+(const|let|var)\s*(?=\{([^{}]*)\}\s*=|\[([^[\]]*)\]\s*=)/gm, (_, kind, fields, items) => {
      for (const name of named(fields ?? items)) after.push(`$exports.${name} = ${name};`);
      return `${kind} `;
    })
    .replace(/^export\s+(const|let|var)\s+([\w$]+)/gm, (_, kind, name) => {
      after.push(`$exports.${name} = ${name};`);
      return `${kind} ${name}`;
    })
    .replace(/^export\s+(async\s+function\*?|function\*?|class)\s+([\w$]+)/gm, (_, kind, name) => {
      after.push(`$exports.${name} = ${name};`);
      return `${kind} ${name}`;
    })
    .replace(/^export\s*\{([^}]*)\};?/gm, (match, names) => {
      for (const [name, as] of pairs(names)) after.push(`$exports.${as} = ${name};`);
      return lines(match, "");
    });
  return `"use strict"; ${text.replace(/\bimport\.meta\b/g, "$meta")}\n;${after.join(" ")}`;
}

function brought(names, from) {
  const [, whole, braces] = /^([\w$*\s]*?),?\s*(?:\{([\s\S]*)\})?$/.exec(names.trim());
  const parts = [];
  const star = /^\*\s+as\s+([\w$]+)$/.exec(whole.trim());
  if (star) parts.push(`const ${star[1]} = await $bring("${from}");`);
  else if (whole.trim()) parts.push(`const { default: ${whole.trim()} } = await $bring("${from}");`);
  if (braces !== undefined) {
    const list = pairs(braces).map(([name, as]) => `${name}: ${as}`);
    parts.push(`const { ${list.join(", ")} } = await $bring("${from}");`);
  }
  return parts.join(" ");
}

function pairs(names) {
  return names
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => /^([\w$]+)(?:\s+as\s+([\w$]+))?$/.exec(part))
    .map(([, name, as]) => [name, as ?? name]);
}

/** The names that a flat pattern gives: `a`, `b: c`, `d = 1`, `...e`. */
function named(pattern) {
  return pattern
    .split(",")
    .map((part) => /(?:^|:|\.\.\.)\s*([\w$]+)\s*(?:=.*)?$/s.exec(part.trim())?.[1])
    .filter(Boolean);
}

function find(from, name) {
  if (!/^[./]/.test(name)) {
    throw new Error(`Cannot find module '${name}': only files of the submission and a part of what Node brings are here`);
  }
  const path = normal(name.startsWith("/") ? name : `${folderOf(from)}/${name}`);
  for (const candidate of [path, `${path}.js`, `${path}.mjs`, `${path}.cjs`, `${path}.json`, `${path}/index.js`]) {
    try {
      if (!look(candidate).isFolder) return candidate;
    } catch {
      // The next one.
    }
  }
  throw new Error(`Cannot find module '${name}' from ${from}`);
}

const folderOf = (path) => path.slice(0, path.lastIndexOf("/")) || "/";

export function normal(path) {
  const parts = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
