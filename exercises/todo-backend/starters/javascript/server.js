// Your list of todos. It listens, and its list is always empty: the rest is yours.
"use strict";

const http = require("node:http");

const server = http.createServer(async (request, response) => {
  if (request.method === "GET" && request.url === "/") {
    answer(response, 200, []); // Which todos are there?
  } else {
    answer(response, 404, { error: "there is nothing here yet" });
  }
});

// Next: POST, DELETE, PATCH and OPTIONS. What a client sent is read so:
//
//     const pieces = [];
//     for await (const piece of request) pieces.push(piece);
//     const todo = JSON.parse(Buffer.concat(pieces));

function answer(response, status, content) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(content));
}

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");
