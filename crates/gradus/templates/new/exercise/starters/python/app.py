"""A server that knows nothing yet."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        # TODO: answer `GET /greeting?name=…` as the README says.
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()


address = (os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080")))
ThreadingHTTPServer(address, Handler).serve_forever()
