"""What a product is: which values it may have, how it is shown, and which tag its state has."""

import hashlib
import json
import re

from problem import Problem

REQUIRED = "sku", "name", "category", "price_cents", "stock"
FIELDS = (*REQUIRED, "description")


def whole(sent, product_id=None):
    """A complete product from what a client sent: to be made, or to take the place of another one."""
    fields = part(sent, product_id)
    for name in REQUIRED:
        if name not in fields:
            raise Problem(400, f"`{name}` is missing")
    return {"description": None, **fields}


def part(sent, product_id=None):
    """Those fields of a product that a client sent. Its id may be among them, as `GET` shows it, but can't be changed."""
    if not isinstance(sent, dict):
        raise Problem(400, "a product is a JSON object")
    for name, value in sent.items():
        if name == "id" and product_id is not None:
            if type(value) is not int or value != product_id:
                raise Problem(400, "the `id` of a product stays what it is")
        elif name not in FIELDS:
            raise Problem(400, f"a product has no `{name}`")
        else:
            check(name, value)
    return {name: value for name, value in sent.items() if name != "id"}


def check(name, value):
    match name:
        case "sku":
            if not isinstance(value, str) or not re.fullmatch("[A-Z0-9-]{3,20}", value):
                raise Problem(400, "`sku` is 3 to 20 of A to Z, 0 to 9 and -")
        case "category":
            if not isinstance(value, str) or not re.fullmatch("[a-z]{1,30}", value):
                raise Problem(400, "`category` is 1 to 30 of a to z")
        case "name":
            if not is_text(value) or not 1 <= len(value) <= 200:
                raise Problem(400, "`name` is a text of 1 to 200 characters")
        case "description":
            if value is not None and (not is_text(value) or len(value) > 2000):
                raise Problem(400, "`description` is null, or a text of up to 2000 characters")
        case "price_cents":
            check_number(name, value, 1_000_000_000)
        case "stock":
            check_number(name, value, 1_000_000)


def is_text(value):
    """Text that can be kept: half of a character can't, and PostgreSQL keeps no character 0."""
    return isinstance(value, str) and "\0" not in value and not re.search("[\ud800-\udfff]", value)


def check_number(name, value, most):
    # type() and not isinstance(): in Python, True is an int.
    if type(value) is not int or not 0 <= value <= most:
        raise Problem(400, f"`{name}` is a whole number from 0 to {most}")


def show(row):
    return {name: row[name] for name in ("id", *FIELDS)}


def tag(row):
    """The entity tag of a product's state. It comes from what is shown, so that it changes whoever changed the row."""
    return '"' + hashlib.sha256(json.dumps(show(row)).encode()).hexdigest()[:20] + '"'


def is_among(tag, header):
    """Whether a tag is named by If-Match or If-None-Match."""
    return header.strip() == "*" or tag in re.findall(r'"[^"]*"', header)
