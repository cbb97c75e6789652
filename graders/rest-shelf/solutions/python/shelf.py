"""The shelf: what can be done with products, each request in one transaction. Nothing is kept in memory between two of them."""

import hashlib
import json
import re
from urllib.parse import urlencode

import psycopg2.errors
from psycopg2.extras import Json

import product
from problem import Problem

# Which POST was answered how, for clients that ask again.
SCHEMA = """
    create table if not exists posts (key text primary key, fingerprint text not null, answer json)
"""

COLUMNS = ", ".join(("id", *product.FIELDS))


class Shelf:
    def __init__(self, database):
        self.database = database
        with database.transaction() as db:
            # Two servers that start at the same moment would both make the table.
            db.execute("select pg_advisory_xact_lock(4711)")
            db.execute(SCHEMA)

    def page(self, query):
        """Some products, the newest first, and where to go on: after the last one shown, however many were added meanwhile."""
        limit = query.get("limit", "20")
        if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= 100:
            raise Problem(400, "`limit` is a number from 1 to 100")
        conditions, values = ["true"], []
        if "category" in query:
            conditions.append("category = %s")
            values.append(readable(query["category"]))
        if "before" in query:
            if not re.fullmatch("[0-9]{1,18}", query["before"]):
                raise Problem(400, "`before` is what a link told")
            conditions.append("id < %s")
            values.append(int(query["before"]))
        with self.database.transaction() as db:
            db.execute(
                f"select {COLUMNS} from products where {' and '.join(conditions)} order by id desc limit %s",
                (*values, int(limit) + 1),
            )
            rows = db.fetchall()
        shown, following = rows[: int(limit)], None
        if len(rows) > len(shown):
            following = "/products?" + urlencode({**query, "before": shown[-1]["id"]})
        return {"products": [product.show(row) for row in shown], "next": following}

    def get(self, product_id):
        with self.database.transaction() as db:
            return find(db, product_id)

    def add(self, sent, key):
        fields = product.whole(sent)
        with self.database.transaction() as db:
            if key is not None:
                before = self.claim(db, readable(key), fields)
                if before is not None:
                    return before
            row = write(
                db,
                "insert into products (sku, name, category, price_cents, stock, description)"
                f" values (%(sku)s, %(name)s, %(category)s, %(price_cents)s, %(stock)s, %(description)s) returning {COLUMNS}",
                fields,
            )
            if key is not None:
                db.execute("update posts set answer = %s where key = %s", (Json(row), key))
            return row

    def claim(self, db, key, fields):
        """The answer that was given to this key, or None: then it is ours, and others who bring it wait for us."""
        fingerprint = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
        db.execute("insert into posts values (%s, %s) on conflict do nothing", (key, fingerprint))
        if db.rowcount == 1:
            return None
        db.execute("select fingerprint, answer from posts where key = %s", (key,))
        before = db.fetchone()
        if before["fingerprint"] != fingerprint:
            raise Problem(422, "this key came with another product before")
        return before["answer"]

    def replace(self, product_id, sent, if_match):
        return self.update(product_id, product.whole(sent, product_id), if_match)

    def merge(self, product_id, sent, if_match):
        return self.update(product_id, product.part(sent, product_id), if_match)

    def update(self, product_id, fields, if_match):
        with self.database.transaction() as db:
            row = find(db, product_id, if_match, lock=True)
            return write(
                db,
                "update products set sku = %(sku)s, name = %(name)s, category = %(category)s, price_cents = %(price_cents)s,"
                f" stock = %(stock)s, description = %(description)s where id = %(id)s returning {COLUMNS}",
                {**row, **fields},
            )

    def delete(self, product_id, if_match):
        with self.database.transaction() as db:
            find(db, product_id, if_match, lock=True)
            db.execute("delete from products where id = %s", (product_id,))


def find(db, product_id, if_match=None, lock=False):
    """The product, in the state that the client knows if it says so. Locked, it stays in that state until we have changed it."""
    db.execute(f"select {COLUMNS} from products where id = %s{' for update' if lock else ''}", (product_id,))
    row = db.fetchone()
    if row is None:
        raise Problem(404, "there is no such product")
    if if_match is not None and not product.is_among(product.tag(row), if_match):
        raise Problem(412, "the product is not as you know it any more: get it again")
    return row


def write(db, statement, values):
    try:
        db.execute(statement, values)
    except psycopg2.errors.UniqueViolation:
        raise Problem(409, "another product has this `sku`") from None
    return db.fetchone()


def readable(text):
    if not product.is_text(text):
        raise Problem(400, "that is no text")
    return text
