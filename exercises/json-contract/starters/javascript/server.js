// The warehouse. Its mirror believes whatever `JSON.parse` tells it: the rest is yours.
"use strict";

const http = require("node:http");

const server = http.createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);

  if (request.method === "POST" && request.url === "/mirror") {
    try {
      // TODO: `toString` puts a � where bytes are no UTF-8. `JSON.parse` makes a double of every number, and keeps the last
      // of two equal keys; it can't be talked out of either. A reader of your own has three pages.
      answer(response, 200, JSON.parse(body.toString()));
    } catch (error) {
      answer(response, 500, { error: error.message }); // TODO: whose mistake was that?
    }
    // TODO: /total, and PUT, GET and PATCH for /parcels/{id}.
    // TODO: 415 for what does not say that it is JSON: `request.headers["content-type"]`.
  } else {
    answer(response, 500, { error: "not built yet" });
  }
});

function answer(response, status, content) {
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
}

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");
