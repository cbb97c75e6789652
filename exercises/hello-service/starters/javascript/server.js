// The shop's first server. It greets, and knows nothing else: the rest is yours.
"use strict";

const http = require("node:http");

const server = http.createServer(async (request, response) => {
  if (request.method === "GET" && request.url === "/") {
    answer(response, 200, "text/plain; charset=utf-8", Buffer.from("Welcome to the shop!\n"));
    // TODO: /health and /hello. In `request.url`, the query still stands behind the path: /hello?name=Ada
    // TODO: POST on /echo, and HEAD.
  } else {
    // TODO: what is not there is answered with 404, a method that is not known with 405.
    answer(response, 500, "application/json", Buffer.from(JSON.stringify({ error: "not built yet" })));
  }
});

// What a client sent is read so, and is bytes, a Buffer:
//
//     const pieces = [];
//     for await (const piece of request) pieces.push(piece);
//     const body = Buffer.concat(pieces);

function answer(response, status, type, body) {
  response.writeHead(status, { "Content-Type": type, "Content-Length": body.length });
  response.end(body);
}

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");
