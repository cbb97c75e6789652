"""The till over HTTP: paths, bodies, statuses. What is sold and paid is in shop.py."""

import contextlib
import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from database import Database, Gone
from shop import Refusal, Shop

LARGEST_BODY = 1 << 20


def text(body, name):
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 200 or "\0" in value:
        raise Refusal(400, f"`{name}` is a text of up to 200 characters")
    return value


def whole(body, name, least, most):
    value = body.get(name)
    # In Python, True is an int.
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Refusal(400, f"`{name}` is a whole number from {least} to {most}")
    return value


class ShopHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections alive
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60  # a silent connection gives its thread back

    def do_GET(self):
        self.answer(self.look)

    def do_POST(self):
        self.answer(self.change)

    def answer(self, act):
        try:
            # The body is read even where nobody wants it: on a kept connection the next request begins behind it.
            body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
            status, content = act([part for part in self.path.split("?")[0].split("/") if part], body)
        except Refusal as refusal:
            status, content = refusal.status, {"error": refusal.reason}
        except Gone:
            status, content = 503, {"error": "the database does not answer at the moment"}
        payload = json.dumps(content).encode()
        with contextlib.suppress(OSError):  # Who hung up meanwhile is told nothing; what was done is done.
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)
            self.wfile.flush()

    def look(self, path, _):
        match path:
            case ["items", item]:
                return 200, self.server.shop.item(item)
            case ["items", item, "orders"]:
                return 200, {"orders": self.server.shop.orders_of(item)}
            case ["orders", order]:
                return 200, self.server.shop.order(order)
            case ["accounts", account]:
                return 200, self.server.shop.account(account)
        raise Refusal(404, "there is nothing here")

    def change(self, path, payload):
        try:
            body = json.loads(payload)
        except ValueError:
            raise Refusal(400, "that is no JSON") from None
        if not isinstance(body, dict):
            raise Refusal(400, "that is no JSON object")
        shop = self.server.shop
        match path:
            case ["items"]:
                price, stock = whole(body, "price_cents", 1, 10**9), whole(body, "stock", 0, 10**6)
                return 201, shop.add_item(text(body, "name"), price, stock)
            case ["items", item, "orders"]:
                key = self.headers.get("Idempotency-Key")
                return 201, shop.buy(item, text(body, "buyer"), whole(body, "quantity", 1, 1000), key)
            case ["accounts"]:
                return 201, shop.add_account(whole(body, "balance_cents", 0, 10**12))
            case ["transfers"]:
                source, target = text(body, "from"), text(body, "to")
                amount = whole(body, "amount_cents", 1, 10**12)
                if source == target:
                    raise Refusal(400, "`from` and `to` are the same account")
                return 201, shop.transfer(source, target, amount)
        raise Refusal(404, "there is nothing here")

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


class ShopServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept
    daemon_threads, block_on_close = True, False


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    shop = Shop(Database())
    with ShopServer(address, ShopHandler) as server:
        server.shop = shop
        server.serve_forever()


if __name__ == "__main__":
    main()
