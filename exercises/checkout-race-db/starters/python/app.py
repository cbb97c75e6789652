"""A till that puts items on sale, over PostgreSQL. Selling them is yours."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2
from psycopg2.extras import RealDictCursor


def transaction(act):
    """What `act` does with a cursor, all or nothing."""
    # TODO: a connection for each request is slow. Keep some, and throw away those that are gone.
    connection = psycopg2.connect(os.environ["DATABASE_URL"], cursor_factory=RealDictCursor)
    try:
        with connection, connection.cursor() as cursor:
            return act(cursor)
    finally:
        connection.close()


def as_item(row):
    return {"item": str(row["id"])} | {key: row[key] for key in ("name", "price_cents", "stock", "sold")}


class ShopHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if len(parts) == 2 and parts[0] == "items":

            def look(db):
                db.execute("select * from items where id = %s", (parts[1],))
                return as_item(db.fetchone())

            # TODO: 404 for what is not there.
            self.answer(200, transaction(look))
        # TODO: /items/{item}/orders, /orders/{order}, /accounts/{account}
        else:
            self.answer(404, {"error": "there is nothing here"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.path == "/items":

            def add(db):
                values = body["name"], body["price_cents"], body["stock"]
                db.execute("insert into items (name, price_cents, stock) values (%s, %s, %s) returning *", values)
                return as_item(db.fetchone())

            # TODO: 400 for what is no item.
            self.answer(201, transaction(add))
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
