"""Products from the database, each time anew. Keeping them is yours."""

import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import psycopg2
import redis
from psycopg2.extras import RealDictCursor

CACHE_TTL = int(os.environ.get("CACHE_TTL", "60"))
# TODO: how long may Redis take? What if it is not there?
cache = redis.Redis.from_url(os.environ["CACHE_URL"])


def ask(statement, *values):
    # TODO: a connection for each statement is slow. How long may the database take?
    connection = psycopg2.connect(os.environ["DATABASE_URL"], cursor_factory=RealDictCursor)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()
    finally:
        connection.close()


class CatalogueHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        match = re.fullmatch("/products/([1-9][0-9]{0,8})", url.path)
        if not match:
            return self.answer(404, {"error": "there is nothing here"})
        language = parse_qs(url.query, keep_blank_values=True).get("lang", ["en"])[0]
        # TODO: 400 for other languages, 404 for no product; and look into the cache first.
        row = ask(
            "select p.id, t.name, p.price_cents, p.stock from products p"
            " join texts t on t.product_id = p.id and t.language = %s where p.id = %s",
            language,
            int(match[1]),
        )
        self.answer(200, row, {"X-Cache": "miss"})

    # TODO: PUT on /products/7/price.

    def answer(self, status, content, headers={}):
        body = json.dumps(content).encode("ascii")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class CatalogueServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    CatalogueServer(address, CatalogueHandler).serve_forever()
