"""The catalogue over HTTP. What is kept, and for how long, is in catalogue.py and cache.py."""

import json
import os
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import catalogue
from cache import Cache
from database import Database, Gone


class Refusal(Exception):
    """A request that is answered with an error: a status and a sentence for the client."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


class CatalogueHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections alive
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write

    def respond(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1 << 20))
        try:
            self.route(body)
        except Refusal as refusal:
            self.answer(refusal.status, {"error": refusal.reason})
        except Gone:
            self.answer(503, {"error": "the database does not answer at the moment"})

    do_GET = do_PUT = respond

    def route(self, body):
        url = urlsplit(self.path)
        match = re.fullmatch("/products/([1-9][0-9]{0,8})(/price)?", url.path)
        if match and not match[2] and self.command == "GET":
            language = parse_qs(url.query, keep_blank_values=True).get("lang", ["en"])[0]
            if language not in catalogue.LANGUAGES:
                raise Refusal(400, "`lang` is en, de or fr")
            product, source = catalogue.product(self.server.database, self.server.cache, int(match[1]), language)
            if product is None:
                raise Refusal(404, "there is no such product")
            self.answer(200, product, {"X-Cache": source})
        elif match and match[2] and self.command == "PUT":
            if not catalogue.change(self.server.database, self.server.cache, int(match[1]), price_of(body)):
                raise Refusal(404, "there is no such product")
            self.answer(204, None)
        else:
            raise Refusal(404, "there is nothing here")

    def answer(self, status, content, headers={}):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        payload = b""
        if content is not None:
            payload = json.dumps(content).encode("ascii")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


def price_of(body):
    try:
        price = json.loads(body)["price_cents"]
    except (ValueError, TypeError, KeyError):
        raise Refusal(400, 'send {"price_cents": 1250}') from None
    if type(price) is not int or not 1 <= price <= 10**9:
        raise Refusal(400, "`price_cents` is a whole number from 1 to 1000000000")
    return price


class CatalogueServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept
    daemon_threads, block_on_close = True, False


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with CatalogueServer(address, CatalogueHandler) as server:
        server.database, server.cache = Database(), Cache()
        server.serve_forever()


if __name__ == "__main__":
    main()
