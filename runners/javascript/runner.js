// Runs a plain JavaScript file: one whose module exports `fetch`, or one that serves with node:http. Requests come from the
// grader, one at a time.

import { accept, answer } from "gradus:runner/inbox@0.1.0";
import { builtins, server } from "./node.js";
import { load } from "./modules.js";
import "./globals.js";

const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);
const LATIN1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const bytesOf = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);

export async function run(entry, environment) {
  for (const [name, value] of environment) process.env[name] = value;
  try {
    const exported = await load(`/app/${entry}`, builtins);
    const application = [exported?.default, exported].find((candidate) => typeof candidate?.fetch === "function");
    await serve(handlerOf(application, entry));
  } catch (error) {
    if (error instanceof process.Ended && error.code === 0) return;
    console.error(error);
    throw `${entry} ended with ${error}`;
  }
}

function handlerOf(application, entry) {
  if (application) return (request) => throughFetch(application, request);
  if (server.listening) return (request) => server.handle(request);
  throw new Error(`${entry} neither exports a \`fetch\` nor serves with node:http`);
}

async function serve(handler) {
  for (let request = accept(); request !== undefined; request = accept()) {
    let response;
    try {
      response = await handler({ ...request, headers: request.headers.map(([name, value]) => [name, LATIN1(value)]) });
    } catch (error) {
      if (error instanceof process.Ended) throw error;
      console.error(error);
      const body = new TextEncoder().encode("the application threw an error\n");
      response = { status: 500, headers: [["content-type", "text/plain"]], body };
    }
    const headers = response.headers.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()));
    answer({ ...response, headers: headers.map(([name, value]) => [name, bytesOf(String(value))]) });
  }
}

async function throughFetch(application, { method, target, headers, body }) {
  const host = headers.find(([name]) => name.toLowerCase() === "host")?.[1] ?? "127.0.0.1";
  const has = body.length > 0 && method !== "GET" && method !== "HEAD";
  const request = new Request(`http://${host}${target}`, { method, headers, ...(has ? { body } : {}) });
  const response = await application.fetch(request, process.env, {});
  return {
    status: response.status,
    headers: [...response.headers],
    body: new Uint8Array(await response.arrayBuffer()),
  };
}
