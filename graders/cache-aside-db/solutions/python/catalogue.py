"""Products in three languages, and what a change of them makes wrong."""

import time

import redis

LANGUAGES = "en", "de", "fr"
LOOKS = 0.02  # seconds between two looks whether somebody else has the answer
WAITS = 1.5  # seconds after which one asks the database oneself


def key(product_id, language):
    return f"product:{product_id}:{language}"


def product(database, cache, product_id, language):
    """The product, and whether it was kept. None if there is none: nothing is kept of that."""
    name = key(product_id, language)
    try:
        token, begun = None, time.monotonic()
        while True:
            kept = cache.get(name)
            if kept is not None:
                return kept, "hit"
            token = cache.promise(name)
            if token is not None or time.monotonic() - begun > WAITS:
                break
            time.sleep(LOOKS)  # somebody asks for all of us
    except redis.RedisError:
        return ask(database, product_id, language), "miss"
    found = None
    try:
        found = ask(database, product_id, language)
    finally:
        if token is not None:
            cache.keep(name, token, found) if found is not None else cache.forget([name])
    return found, "miss"


def ask(database, product_id, language):
    row = database.row(
        "select p.id, t.name, p.price_cents, p.stock from products p"
        " join texts t on t.product_id = p.id and t.language = %s where p.id = %s",
        language,
        product_id,
    )
    return row and dict(row)


def change(database, cache, product_id, price_cents):
    """Whether there is such a product. First the database changes, then all that was kept of it is forgotten."""
    row = database.row("update products set price_cents = %s where id = %s returning id", price_cents, product_id)
    if row is None:
        return False
    cache.forget([key(product_id, language) for language in LANGUAGES])
    return True
