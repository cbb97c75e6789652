"""A right and slow shop: for every order it goes through all orders that there ever were."""

import contextlib
import json
import os
import signal
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LARGEST_BODY = 1 << 20

SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, price_cents INTEGER NOT NULL,
    stock INTEGER NOT NULL CHECK (stock >= 0), sold INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL REFERENCES items, buyer TEXT NOT NULL,
    quantity INTEGER NOT NULL, total_cents INTEGER NOT NULL, stock_left INTEGER NOT NULL, idempotency_key TEXT UNIQUE
);
CREATE INDEX IF NOT EXISTS orders_of_item ON orders (item);
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, balance_cents INTEGER NOT NULL CHECK (balance_cents >= 0)
);
"""


class Refusal(Exception):
    """A request that is answered with an error: a status and a sentence for the client."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


class Shop:
    def __init__(self, path):
        self.lock = threading.Lock()
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")  # on the disk before COMMIT returns
        self.db.executescript(SCHEMA)

    @contextlib.contextmanager
    def transaction(self):
        """One at a time, all or nothing. It is on the disk when the block is left: nobody is answered before."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
                self.db.execute("COMMIT")
            except BaseException:
                self.db.execute("ROLLBACK")
                raise

    def add_item(self, name, price_cents, stock):
        with self.transaction() as db:
            row = (name, price_cents, stock)
            item = db.execute("INSERT INTO items (name, price_cents, stock) VALUES (?, ?, ?)", row).lastrowid
        return self.item(str(item))

    def item(self, item):
        with self.transaction() as db:
            row = find(db, "items", item)
        return {"item": item} | {key: row[key] for key in ("name", "price_cents", "stock", "sold")}

    def order(self, order):
        with self.transaction() as db:
            return as_order(find(db, "orders", order))

    def orders_of(self, item):
        with self.transaction() as db:
            row = find(db, "items", item)
            return [as_order(order) for order in db.execute("SELECT * FROM orders WHERE item = ?", (row["id"],))]

    def buy(self, item, buyer, quantity, key):
        with self.transaction() as db:
            orders = [dict(order) for order in db.execute("SELECT * FROM orders")]
            if key is not None:
                before = next((order for order in orders if order["idempotency_key"] == key), None)
                if before:
                    if (str(before["item"]), before["buyer"], before["quantity"]) != (item, buyer, quantity):
                        raise Refusal(422, "this key was another order's")
                    return as_answer(before)
            row = find(db, "items", item)
            sold = sum(order["quantity"] for order in orders if order["item"] == row["id"])
            left, total = row["stock"] + row["sold"] - sold - quantity, row["price_cents"] * quantity
            if left < 0:
                raise Refusal(409, "there is not enough left")
            db.execute("UPDATE items SET stock = ?, sold = sold + ? WHERE id = ?", (left, quantity, row["id"]))
            order = db.execute(
                "INSERT INTO orders (item, buyer, quantity, total_cents, stock_left, idempotency_key)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (row["id"], buyer, quantity, total, left, key),
            ).lastrowid
            return as_answer(db.execute("SELECT * FROM orders WHERE id = ?", (order,)).fetchone())

    def add_account(self, balance_cents):
        with self.transaction() as db:
            account = db.execute("INSERT INTO accounts (balance_cents) VALUES (?)", (balance_cents,)).lastrowid
        return self.account(str(account))

    def account(self, account):
        with self.transaction() as db:
            return {"account": account, "balance_cents": find(db, "accounts", account)["balance_cents"]}

    def transfer(self, source, target, amount_cents):
        with self.transaction() as db:
            source, target = find(db, "accounts", source), find(db, "accounts", target)
            left = source["balance_cents"] - amount_cents
            if left < 0:
                raise Refusal(409, "there is not enough money")
            change = "UPDATE accounts SET balance_cents = balance_cents + ? WHERE id = ?"
            db.execute(change, (-amount_cents, source["id"]))
            db.execute(change, (amount_cents, target["id"]))
            return {"left_cents": left}


def find(db, table, name):
    if name.isascii() and name.isdigit() and len(name) < 19:
        row = db.execute(f"SELECT * FROM {table} WHERE id = ?", (int(name),)).fetchone()
        if row and str(row["id"]) == name:
            return row
    raise Refusal(404, f"there is no {name} among the {table}")


def as_order(row):
    numbers = {key: row[key] for key in ("buyer", "quantity", "total_cents")}
    return {"order": str(row["id"]), "item": str(row["item"])} | numbers


def as_answer(row):
    return {"order": str(row["id"]), "left": row["stock_left"], "total_cents": row["total_cents"]}


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
    with ShopServer(address, ShopHandler) as server:
        server.shop = Shop(os.path.join(os.environ.get("DATA_DIR", "."), "shop.db"))
        server.serve_forever()


if __name__ == "__main__":
    main()
