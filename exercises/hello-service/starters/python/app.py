"""The shop's first server. It greets, and knows nothing else: the rest is yours."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ShopHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/":
            self.answer(200, "text/plain; charset=utf-8", b"Welcome to the shop!\n")
        # TODO: /health and /hello. In `self.path`, the query still stands behind the path: /hello?name=Ada
        else:
            # TODO: what is not there is answered with 404.
            self.answer(500, "application/json", json.dumps({"error": "not built yet"}).encode())

    # TODO: do_POST for /echo. What a client sent is read so:
    #
    #     length = int(self.headers.get("Content-Length", 0))
    #     body = self.rfile.read(length)
    #
    # TODO: do_HEAD, and do_PUT, do_PATCH and do_DELETE for the 405.

    def answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    ThreadingHTTPServer(address, ShopHandler).serve_forever()
