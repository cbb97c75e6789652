"""The shelf over HTTP: methods, paths, headers and bodies. What becomes of products is in shelf.py."""

import json
import os
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import product
from database import Database
from problem import Problem
from shelf import Shelf

LARGEST_BODY = 1 << 20
JSON, MERGE_PATCH = "application/json", "application/merge-patch+json"


class ShelfHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections alive
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60  # a silent connection gives its thread back

    def respond(self):
        # The body is read even where nobody wants it: on a kept connection the next request begins behind it.
        self.payload = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
        try:
            self.route()
        except Problem as problem:
            self.answer(problem.status, problem.body(), Content_Type="application/problem+json", **problem.headers)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = respond

    def route(self):
        url = urlsplit(self.path)
        if url.path == "/products":
            methods = {"GET": self.page, "HEAD": self.page, "POST": self.post}
        elif match := re.fullmatch("/products/([1-9][0-9]{0,17})", url.path):
            self.id = int(match[1])
            methods = {"GET": self.get, "HEAD": self.get, "PUT": self.put, "PATCH": self.patch, "DELETE": self.delete}
        else:
            raise Problem(404, "there is nothing here")
        if self.command not in methods:
            raise Problem(405, f"{self.command} can't be done here", Allow=", ".join(methods))
        methods[self.command]()

    def page(self):
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        page = self.server.shelf.page({name: values[0] for name, values in query.items()})
        self.answer(200, json.dumps(page).encode("ascii"))

    def post(self):
        row = self.server.shelf.add(self.body(JSON), self.headers.get("Idempotency-Key"))
        self.show(201, row, Location=f"/products/{row['id']}")

    def get(self):
        row = self.server.shelf.get(self.id)
        known = self.headers.get("If-None-Match")
        if known is not None and product.is_among(product.tag(row), known):
            self.answer(304, None, ETag=product.tag(row))
        else:
            self.show(200, row)

    def put(self):
        self.show(200, self.server.shelf.replace(self.id, self.body(JSON), self.headers.get("If-Match")))

    def patch(self):
        self.show(200, self.server.shelf.merge(self.id, self.body(MERGE_PATCH), self.headers.get("If-Match")))

    def delete(self):
        self.server.shelf.delete(self.id, self.headers.get("If-Match"))
        self.answer(204, None)

    def body(self, wanted):
        if self.headers.get_content_type() != wanted:  # text/plain, if it says nothing
            raise Problem(415, f"send {wanted}", Accept_Post=JSON, Accept_Patch=MERGE_PATCH)
        try:
            # RecursionError: a body that is nothing but thousands of opening brackets.
            return json.loads(self.payload.decode("utf-8"))
        except (ValueError, RecursionError):
            raise Problem(400, "that is no JSON") from None

    def show(self, status, row, **headers):
        self.answer(status, json.dumps(product.show(row)).encode("ascii"), ETag=product.tag(row), **headers)

    def answer(self, status, payload, Content_Type=JSON, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if payload is not None:
            self.send_header("Content-Type", Content_Type)
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if payload is not None and self.command != "HEAD":
            self.wfile.write(payload)

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


class ShelfServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept
    daemon_threads, block_on_close = True, False


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    shelf = Shelf(Database())
    with ShelfServer(address, ShelfHandler) as server:
        server.shelf = shelf
        server.serve_forever()


if __name__ == "__main__":
    main()
