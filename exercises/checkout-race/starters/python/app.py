"""A shop that puts items on sale, and forgets them when it ends. Selling them is yours."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# TODO: what was answered with 201 must survive a crash: a database below DATA_DIR (`import sqlite3`), or a file.
DATA_DIR = os.environ.get("DATA_DIR", ".")
items = {}


class ShopHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if len(parts) == 2 and parts[0] == "items" and parts[1] in items:
            self.answer(200, items[parts[1]])
        # TODO: /items/{item}/orders, /orders/{order}, /accounts/{account}
        else:
            self.answer(404, {"error": "there is nothing here"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.path == "/items":
            # TODO: 400 for what is no item.
            # TODO: each request runs in a thread of its own, side by side with others. May two items get the same id here?
            item = str(len(items) + 1)
            items[item] = {"item": item, **body, "sold": 0}
            self.answer(201, items[item])
        # TODO: /items/{item}/orders, /accounts, /transfers. self.headers.get("Idempotency-Key") is the key of an order, or None.
        else:
            self.answer(404, {"error": "there is nothing here"})

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class ShopServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept: many come at once


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    ShopServer(address, ShopHandler).serve_forever()
