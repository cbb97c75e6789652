"""Prices in other currencies. It asks the rates service each time, and believes whatever that says: the rest is yours."""

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

RATES_URL = os.environ.get("RATES_URL", "http://127.0.0.1:9000")
CACHE_TTL = int(os.environ.get("CACHE_TTL", "2"))


def ask_for_rate(base, target):
    # TODO: how long may this take? What if it is no rate that comes back?
    with urllib.request.urlopen(f"{RATES_URL}/v1/rates/{target}?base={base}") as answer:
        return json.load(answer)["rate"]


class PriceHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/convert":
            # TODO: 400 for what is no question; and a rate that is kept need not be asked for.
            rate = ask_for_rate(query["from"], query["to"])
            self.answer(200, {"amount": float(query["amount"]) * rate, "rate": rate}, {"X-Cache": "miss"})
        else:
            self.answer(404, {"error": "there is nothing here"})

    # TODO: do_DELETE, for /cache/EUR/USD. The handlers run in threads of their own, side by side: what they share needs a lock.

    def answer(self, status, content, headers={}):
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    ThreadingHTTPServer(address, PriceHandler).serve_forever()
