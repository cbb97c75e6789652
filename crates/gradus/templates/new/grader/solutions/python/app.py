"""The reference solution."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path != "/greeting":
            return self.answer(404, {"error": "there is nothing here"})
        name = parse_qs(url.query).get("name", [""])[0]
        self.answer(200, {"hello": name})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


address = (os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080")))
ThreadingHTTPServer(address, Handler).serve_forever()
