"""A till that charges each order once, whatever becomes of the gateway, of the network or of itself. SQLite remembers."""

import contextlib
import hashlib
import hmac
import http.client
import json
import os
import signal
import sqlite3
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LARGEST_BODY = 1 << 20
PAUSE = 0.5  # seconds between two looks for orders of which nobody knows whether they are paid
ANSWERS = {"paid": 200, "pending": 202, "declined": 402}

SCHEMA = """
CREATE TABLE IF NOT EXISTS products (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, price_cents INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, product INTEGER NOT NULL REFERENCES products, quantity INTEGER NOT NULL,
    amount_cents INTEGER NOT NULL, refunded_cents INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'new',
    -- What the gateway is asked, word for word, until it is known what became of it.
    idempotency_key TEXT, card TEXT
);
CREATE INDEX IF NOT EXISTS orders_by_status ON orders (status);
CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY);
"""


class Refusal(Exception):
    """A request that is answered with an error: a status and a sentence for the client."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


class Gateway:
    """The payment gateway, which may or may not tell what it did."""

    def __init__(self, url, patience, callback_url):
        url = urlsplit(url)
        self.host, self.path = url.netloc, url.path.rstrip("/")
        self.patience, self.callback_url = patience, callback_url

    def charge(self, order):
        """`paid`, `declined`, or None: nobody knows. Asked again, it must be the same question with the same key."""
        question = {"order": str(order["id"]), "amount_cents": order["amount_cents"], "card": order["card"]}
        body = json.dumps(question | {"callback_url": self.callback_url})
        headers = {"Content-Type": "application/json", "Idempotency-Key": order["idempotency_key"]}
        connection = http.client.HTTPConnection(self.host, timeout=self.patience)
        try:
            connection.request("POST", f"{self.path}/v1/charges", body, headers)
            answer = connection.getresponse()
            told = json.loads(answer.read(LARGEST_BODY))["status"]
        except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError):
            return None
        finally:
            connection.close()
        return {(201, "captured"): "paid", (402, "declined"): "declined"}.get((answer.status, told))


class Till:
    def __init__(self, path, gateway):
        self.gateway = gateway
        self.lock = threading.Lock()
        self.awaited = set()  # orders whose customer waits for the gateway at this moment
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")  # on the disk before COMMIT returns
        self.db.executescript(SCHEMA)

    @contextlib.contextmanager
    def transaction(self):
        """One at a time, all or nothing, and never while the gateway is asked: its webhooks come in between."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def add_product(self, name, price_cents):
        with self.transaction() as db:
            insert = "INSERT INTO products (name, price_cents) VALUES (?, ?)"
            product = db.execute(insert, (name, price_cents)).lastrowid
        return {"product": str(product), "name": name, "price_cents": price_cents}

    def add_order(self, product, quantity):
        with self.transaction() as db:
            product = find(db, "products", product)
            amount = product["price_cents"] * quantity
            insert = "INSERT INTO orders (product, quantity, amount_cents) VALUES (?, ?, ?)"
            order = db.execute(insert, (product["id"], quantity, amount)).lastrowid
        return self.order(str(order))

    def order(self, order):
        with self.transaction() as db:
            return as_order(find(db, "orders", order))

    def pay(self, order, card):
        with self.transaction() as db:
            row = find(db, "orders", order)
            is_mine = row["status"] in ("new", "declined")
            if is_mine:
                # Written down before the gateway is asked: whoever comes up after a crash asks the same again.
                change = "UPDATE orders SET status = 'pending', idempotency_key = ?, card = ? WHERE id = ?"
                db.execute(change, (str(uuid.uuid4()), card, row["id"]))
                row = find(db, "orders", order)
                self.awaited.add(row["id"])
        if is_mine:
            try:
                self.settle(row)
            finally:
                self.awaited.discard(row["id"])
        order = self.order(order)
        return ANSWERS[order["status"]], order

    def settle(self, row):
        """Asks the gateway. What a webhook has told meanwhile stands; what nobody knows stays pending."""
        status = self.gateway.charge(row)
        if status is None:
            return
        with self.transaction() as db:
            change = "UPDATE orders SET status = ? WHERE id = ? AND idempotency_key = ? AND status = 'pending'"
            db.execute(change, (status, row["id"], row["idempotency_key"]))

    def collect(self):
        """Asks again for every pending order, those of before the start included, until it is known what became of it."""
        while True:
            with self.transaction() as db:
                pending = db.execute("SELECT * FROM orders WHERE status = 'pending'").fetchall()
            for row in pending:
                if row["id"] not in self.awaited:
                    self.settle(row)
            time.sleep(PAUSE)

    def hear(self, event, kind, order, amount_cents):
        """Takes in what the gateway tells, each event once, in whichever order they come."""
        with self.transaction() as db:
            row = find(db, "orders", order)
            if kind == "charge.captured" and amount_cents != row["amount_cents"]:
                raise Refusal(409, "that is not what this order costs")
            if db.execute("INSERT OR IGNORE INTO events (id) VALUES (?)", (event,)).rowcount == 0:
                return
            match kind:
                case "charge.captured":
                    db.execute("UPDATE orders SET status = 'paid' WHERE id = ?", (row["id"],))
                case "charge.declined":
                    change = "UPDATE orders SET status = 'declined' WHERE id = ? AND status = 'pending'"
                    db.execute(change, (row["id"],))
                case "charge.refunded":
                    change = "UPDATE orders SET refunded_cents = refunded_cents + ? WHERE id = ?"
                    db.execute(change, (amount_cents, row["id"]))


def find(db, table, name):
    if name.isascii() and name.isdigit() and len(name) < 19:
        row = db.execute(f"SELECT * FROM {table} WHERE id = ?", (int(name),)).fetchone()
        if row and str(row["id"]) == name:
            return row
    raise Refusal(404, f"there is no {name} among the {table}")


def as_order(row):
    numbers = {key: row[key] for key in ("quantity", "amount_cents", "refunded_cents", "status")}
    return {"order": str(row["id"]), "product": str(row["product"])} | numbers


def text(body, name):
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 200:
        raise Refusal(400, f"`{name}` is a text of up to 200 characters")
    return value


def whole(body, name, least, most):
    value = body.get(name)
    # In Python, True is an int.
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Refusal(400, f"`{name}` is a whole number from {least} to {most}")
    return value


class TillHandler(BaseHTTPRequestHandler):
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
        payload = b"" if content is None else json.dumps(content).encode()
        with contextlib.suppress(OSError):  # Who hung up meanwhile is told nothing; what was done is done.
            self.send_response(status)
            if content is not None:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)
            self.wfile.flush()

    def look(self, path, _):
        match path:
            case ["orders", order]:
                return 200, self.server.till.order(order)
        raise Refusal(404, "there is nothing here")

    def change(self, path, payload):
        till = self.server.till
        match path:
            case ["products"]:
                body = parse(payload)
                return 201, till.add_product(text(body, "name"), whole(body, "price_cents", 1, 10**9))
            case ["orders"]:
                body = parse(payload)
                return 201, till.add_order(text(body, "product"), whole(body, "quantity", 1, 1000))
            case ["orders", order, "pay"]:
                return till.pay(order, text(parse(payload), "card"))
            case ["webhooks", "payments"]:
                return self.hear(payload)
        raise Refusal(404, "there is nothing here")

    def hear(self, payload):
        # Over the bytes as they came: JSON that is read and written again is other bytes.
        expected = hmac.new(self.server.secret, payload, hashlib.sha256).hexdigest()
        # As bytes, because compare_digest refuses texts that are not ASCII, and anything may stand in a header.
        given = self.headers.get("X-Signature", "").encode("latin-1")
        if not hmac.compare_digest(given, expected.encode()):
            raise Refusal(401, "this was not signed by the gateway")
        event = parse(payload)
        kind = text(event, "type")
        about_money = kind in ("charge.captured", "charge.refunded")
        amount = whole(event, "amount_cents", 1, 10**12) if about_money else None
        self.server.till.hear(text(event, "id"), kind, text(event, "order"), amount)
        return 204, None

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


def parse(payload):
    try:
        body = json.loads(payload)
    except ValueError:
        raise Refusal(400, "that is no JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "that is no JSON object")
    return body


class TillServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept
    daemon_threads, block_on_close = True, False


def main():
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    callback_url = f"http://{host}:{port}/webhooks/payments"
    gateway = Gateway(os.environ["GATEWAY_URL"], float(os.environ.get("GATEWAY_TIMEOUT", "2")), callback_url)
    with TillServer((host, port), TillHandler) as server:
        server.secret = os.environ["WEBHOOK_SECRET"].encode()
        server.till = Till(os.path.join(os.environ.get("DATA_DIR", "."), "till.db"), gateway)
        threading.Thread(target=server.till.collect, daemon=True).start()
        server.serve_forever()


if __name__ == "__main__":
    main()
