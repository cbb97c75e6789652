"""A till that takes orders, and forgets them when it ends. Having them paid is yours."""

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GATEWAY_URL = os.environ.get("GATEWAY_URL", "http://127.0.0.1:9000")
# TODO: what was ordered and what is being paid must survive a crash: a database below DATA_DIR (`import sqlite3`), or a file.
DATA_DIR = os.environ.get("DATA_DIR", ".")
products = {}
orders = {}


def charge(order, card):
    # TODO: how long may this take? What if no answer comes, or one that says neither yes nor no? Which Idempotency-Key?
    question = {"order": order["order"], "amount_cents": order["amount_cents"], "card": card}
    request = urllib.request.Request(f"{GATEWAY_URL}/v1/charges", json.dumps(question).encode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["status"] == "captured"


class TillHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if len(parts) == 2 and parts[0] == "orders" and parts[1] in orders:
            self.answer(200, orders[parts[1]])
        else:
            self.answer(404, {"error": "there is nothing here"})

    def do_POST(self):
        payload = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.loads(payload)
        parts = self.path.strip("/").split("/")
        # TODO: 400 for what is no product, no order and no payment.
        # TODO: each request runs in a thread of its own, side by side with others. May two orders get the same id here?
        if parts == ["products"]:
            product = str(len(products) + 1)
            products[product] = {"product": product, **body}
            self.answer(201, products[product])
        elif parts == ["orders"]:
            order = str(len(orders) + 1)
            amount = products[body["product"]]["price_cents"] * body["quantity"]
            orders[order] = {"order": order, **body, "amount_cents": amount, "refunded_cents": 0, "status": "new"}
            self.answer(201, orders[order])
        elif len(parts) == 3 and parts[0] == "orders" and parts[2] == "pay" and parts[1] in orders:
            # TODO: what if somebody clicks twice?
            order = orders[parts[1]]
            order["status"] = "paid" if charge(order, body["card"]) else "declined"
            self.answer(200, order)
        # TODO: /webhooks/payments. self.headers.get("X-Signature") signs `payload`, as it came.
        else:
            self.answer(404, {"error": "there is nothing here"})

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class TillServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept: many come at once


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    TillServer(address, TillHandler).serve_forever()
