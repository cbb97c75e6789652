"""JSON as the warehouse understands it: the reader that Python brings, made strict and exact, and a writer for what it reads.

A number is a Decimal, whatever it looks like; a bool is therefore never mistaken for one.
"""

import json
import re
from decimal import Context, Decimal, Inexact
from json.encoder import encode_basestring

DEEPEST = 50
MOST_DIGITS, MOST_PLACES = 30, 20

# Wide enough for the total of any bill that fits into a body; if it were not, it would say so rather than round.
EXACT = Context(prec=200, traps=[Inexact])

STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


class NotJson(Exception):
    """What came can't be read; the message says why, to a person."""


def read(body):
    try:
        # Bytes would do for `json.loads`, too, but it would guess at UTF-16.
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotJson("JSON is UTF-8") from None
    measure(text)
    try:
        value = json.loads(
            text,
            parse_int=number,
            parse_float=number,
            parse_constant=constant,
            object_pairs_hook=unique,
        )
    except ValueError as problem:
        raise NotJson(f"not JSON: {problem}") from None
    look_at_texts(value)
    return value


def measure(text):
    """Counts levels before the reader, which calls itself for each, comes to see them."""
    depth = 0
    for match in STRING_OR_BRACKET.finditer(text):
        match match[0]:
            case "[" | "{":
                depth += 1
                if depth > DEEPEST:
                    raise NotJson(f"no more than {DEEPEST} lists and objects stand in one another")
            case "]" | "}":
                depth -= 1


def number(text):
    try:
        value = Decimal(text)
    except ArithmeticError:
        raise NotJson("the exponent of a number is out of range") from None
    # Only the exponent is looked at: written out, the number might not fit into memory.
    if value.adjusted() >= MOST_DIGITS or -value.as_tuple().exponent > MOST_PLACES:
        raise NotJson(f"a number has at most {MOST_DIGITS} digits, and {MOST_PLACES} behind the point")
    return value


def constant(text):
    raise NotJson(f"{text} is no JSON")


def unique(pairs):
    members = {}
    for key, value in pairs:
        if key in members:
            raise NotJson(f"the key {quoted(key)} stands twice")
        members[key] = value
    return members


def look_at_texts(value):
    match value:
        case str():
            if re.search("[\ud800-\udfff]", value):
                raise NotJson("half a surrogate pair is no character")
        case list():
            for item in value:
                look_at_texts(item)
        case dict():
            for key, item in value.items():
                look_at_texts(key)
                look_at_texts(item)


def write(value):
    return written(value).encode("utf-8")


def written(value):
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case str():
            return quoted(value)
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{quoted(key)}: {written(item)}" for key, item in value.items()) + "}"
    raise TypeError(f"{type(value)} is nothing that the warehouse writes")


def quoted(text):
    # A key in an error may hold half a character, which is then escaped.
    return json.dumps(text) if re.search("[\ud800-\udfff]", text) else encode_basestring(text)
