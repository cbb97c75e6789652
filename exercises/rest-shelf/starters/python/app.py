"""A shelf that shows its first products, one by one or all at once. REST's rules are yours."""

import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from database import Database

COLUMNS = "id, sku, name, category, price_cents, stock, description"


class ShelfHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with self.server.database.transaction() as db:
            if match := re.fullmatch("/products/([1-9][0-9]{0,17})", self.path):
                db.execute(f"select {COLUMNS} from products where id = %s", (int(match[1]),))
                # TODO: 404 if there is none. An ETag, and 304 for who knows this state already.
                self.answer(200, db.fetchone())
            elif self.path.split("?")[0] == "/products":
                # TODO: some at a time, the newest first, with a link to those that follow; of one category, if that is asked for.
                db.execute(f"select {COLUMNS} from products limit 20")
                self.answer(200, {"products": db.fetchall(), "next": None})
            else:
                self.answer(404, {"title": "Not Found", "status": 404})

    # TODO: HEAD, POST, PUT, PATCH, DELETE; 405 for the others.

    def answer(self, status, content):
        body = json.dumps(content).encode("ascii")
        self.send_response(status)
        # TODO: what is wrong is told as application/problem+json.
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class ShelfServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    server = ShelfServer(address, ShelfHandler)
    server.database = Database()
    server.serve_forever()
