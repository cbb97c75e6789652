"""What a till is compared with: it takes items and orders only. Each order is a file of its own, of which it has last year's,
too, and to take another order it reads all of them again."""

import json
import os
import pathlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LAST_YEAR = 600
BOOK = pathlib.Path(os.environ.get("DATA_DIR", "."), "orders")
items = []
lock = threading.Lock()


def write(order):
    with open(BOOK / order["order"], "w") as file:
        file.write(json.dumps(order))
        file.flush()
        os.fsync(file.fileno())


def take(item, quantity):
    with lock:
        orders = [json.loads(path.read_text()) for path in BOOK.iterdir()]
        sold = sum(order["quantity"] for order in orders if order["item"] == item)
        left = items[int(item)]["stock"] - sold - quantity
        if left < 0:
            return 409, {"error": "there is not enough left"}
        write(order := {"order": str(len(orders)), "item": item, "quantity": quantity})
    return 201, {"order": order["order"], "left": left, "total_cents": items[int(item)]["price_cents"] * quantity}


class Till(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        match self.path.strip("/").split("/"):
            case ["items"]:
                items.append(body)
                status, answer = 201, {"item": str(len(items) - 1), **body, "sold": 0}
            case ["items", item, "orders"]:
                status, answer = take(item, body["quantity"])
            case _:
                status, answer = 404, {"error": "there is nothing here"}
        payload = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


BOOK.mkdir(exist_ok=True)
for number in range(LAST_YEAR):
    write({"order": str(number), "item": "last year's", "quantity": 1})
Server((os.environ.get("HOST", "127.0.0.1"), int(os.environ["PORT"])), Till).serve_forever()
