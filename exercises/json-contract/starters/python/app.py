"""The warehouse. Its mirror believes whatever `json` tells it: the rest is yours."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WarehouseHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/mirror":
            # TODO: this takes NaN and keys that stand twice, makes floats of decimals, and throws at what it can't read.
            # Look at the parameters that begin with `parse_`, at `object_pairs_hook`, and at what `json.loads` does with bytes.
            self.answer(200, json.loads(body))
        # TODO: /total
        else:
            self.answer(500, {"error": "not built yet"})

    # TODO: do_PUT, do_GET and do_PATCH for /parcels/{id}. The path is in `self.path`.
    # TODO: 415 for what does not say that it is JSON: `self.headers.get("Content-Type")`.

    def answer(self, status, content):
        # TODO: `json.dumps` knows no decimals, and writes NaN if it gets one.
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    ThreadingHTTPServer(address, WarehouseHandler).serve_forever()
