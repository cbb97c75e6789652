"""Your list of todos. It listens, and its list is always empty: the rest is yours."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class TodoHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/":
            self.answer(200, [])  # Which todos are there?
        else:
            self.answer(404, {"error": "there is nothing here yet"})

    # Next: do_POST, do_DELETE, do_PATCH, do_OPTIONS. What a client sent is read so:
    #
    #     length = int(self.headers.get("Content-Length", 0))
    #     todo = json.loads(self.rfile.read(length))

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    ThreadingHTTPServer(address, TodoHandler).serve_forever()
