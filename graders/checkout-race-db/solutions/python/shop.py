"""The shop: what is sold and paid, each in one transaction of the database. The tills remember nothing themselves."""

# Done at each start: one till of several may have done it already.
SCHEMA = """
    select pg_advisory_xact_lock(4711);
    create unique index if not exists orders_by_key on orders (idempotency_key);
    create index if not exists orders_by_item on orders (item_id);
"""


class Refusal(Exception):
    """A request that is answered with an error: a status and a sentence for the client."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


class Shop:
    def __init__(self, database):
        self.database = database
        database.transaction(lambda db: db.execute(SCHEMA))

    def add_item(self, name, price_cents, stock):
        def add(db):
            db.execute(
                "insert into items (name, price_cents, stock) values (%s, %s, %s) returning *", (name, price_cents, stock)
            )
            return as_item(db.fetchone())

        return self.database.transaction(add)

    def item(self, item):
        return self.database.transaction(lambda db: as_item(find(db, "items", item)))

    def order(self, order):
        return self.database.transaction(lambda db: as_order(find(db, "orders", order)))

    def orders_of(self, item):
        def look(db):
            row = find(db, "items", item)
            db.execute("select * from orders where item_id = %s", (row["id"],))
            return [as_order(order) for order in db.fetchall()]

        return self.database.transaction(look)

    def buy(self, item, buyer, quantity, key):
        def sell(db):
            # Whoever wants the same item waits here until we are done.
            row = find(db, "items", item, "for update")
            if key is not None:
                db.execute("select * from orders where idempotency_key = %s", (key,))
                before = db.fetchone()
                if before:
                    if (before["item_id"], before["buyer"], before["quantity"]) != (row["id"], buyer, quantity):
                        raise Refusal(422, "this key was another order's")
                    return as_answer(before)
            left = row["stock"] - quantity
            if left < 0:
                raise Refusal(409, "there is not enough left")
            db.execute("update items set stock = %s, sold = sold + %s where id = %s", (left, quantity, row["id"]))
            db.execute(
                "insert into orders (item_id, buyer, quantity, total_cents, stock_left, idempotency_key)"
                " values (%s, %s, %s, %s, %s, %s) returning *",
                (row["id"], buyer, quantity, row["price_cents"] * quantity, left, key),
            )
            return as_answer(db.fetchone())

        return self.database.transaction(sell)

    def add_account(self, balance_cents):
        def add(db):
            db.execute("insert into accounts (balance_cents) values (%s) returning *", (balance_cents,))
            return as_account(db.fetchone())

        return self.database.transaction(add)

    def account(self, account):
        return self.database.transaction(lambda db: as_account(find(db, "accounts", account)))

    def transfer(self, source, target, amount_cents):
        def move(db):
            # Always the smaller number first: two that go in opposite directions do not wait for each other.
            rows = {name: find(db, "accounts", name, "for update") for name in sorted((source, target), key=number)}
            left = rows[source]["balance_cents"] - amount_cents
            if left < 0:
                raise Refusal(409, "there is not enough money")
            change = "update accounts set balance_cents = balance_cents + %s where id = %s"
            db.execute(change, (-amount_cents, number(source)))
            db.execute(change, (amount_cents, number(target)))
            return {"left_cents": left}

        return self.database.transaction(move)


def number(name):
    """The number of what a client calls so; 0 is nobody's."""
    fits = name.isascii() and name.isdigit() and not name.startswith("0") and len(name) < 19
    return int(name) if fits else 0


def find(db, table, name, lock=""):
    db.execute(f"select * from {table} where id = %s {lock}", (number(name),))
    row = db.fetchone()
    if row is None:
        raise Refusal(404, f"there is no {name} among the {table}")
    return row


def as_item(row):
    return {"item": str(row["id"])} | {key: row[key] for key in ("name", "price_cents", "stock", "sold")}


def as_order(row):
    numbers = {key: row[key] for key in ("buyer", "quantity", "total_cents")}
    return {"order": str(row["id"]), "item": str(row["item_id"])} | numbers


def as_answer(row):
    return {"order": str(row["id"]), "left": row["stock_left"], "total_cents": row["total_cents"]}


def as_account(row):
    return {"account": str(row["id"]), "balance_cents": row["balance_cents"]}
