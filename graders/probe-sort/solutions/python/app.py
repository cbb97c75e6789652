"""Searches and sorts a row that can only be read one by one and swapped, as cheaply as each way of doing it allows."""

import bisect
import http.client
import json
import os
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

GREATEST_NUMBER = 9999
LARGEST_COUNT = 10
LARGEST_BODY = 64 << 10
PATIENCE = 3  # seconds for one answer of the shelf


class Refusal(Exception):
    """A request that is answered with an error: a status and a sentence for the client."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


class Shelf:
    """The row behind the glass, for one job. Whatever costs something is counted."""

    def __init__(self, url):
        url = urlsplit(url)
        self.connection, self.path = http.client.HTTPConnection(url.netloc, timeout=PATIENCE), url.path
        self.reads = self.swaps = 0

    def size(self):
        return self.number("/size", "size")

    def read(self, place):
        self.reads += 1
        return self.number(f"/items/{place}", "item")

    def swap(self, a, b):
        self.swaps += 1
        self.ask("POST", "/swaps", 204, json.dumps({"a": a, "b": b}))

    def number(self, path, name):
        content = self.ask("GET", path, 200)
        number = content.get(name) if isinstance(content, dict) else None
        if type(number) is not int:
            raise Refusal(502, "the shelf talks nonsense")
        return number

    def ask(self, method, path, wanted, body=None):
        try:
            self.connection.request(method, self.path + path, body, {"Content-Type": "application/json"} if body else {})
            answer = self.connection.getresponse()
            content = answer.read()
            if answer.status != wanted:
                raise Refusal(502, f"the shelf answers {answer.status}")
            return json.loads(content) if content else {}
        except (OSError, http.client.HTTPException, ValueError):
            raise Refusal(502, "the shelf does not answer") from None

    def close(self):
        self.connection.close()


# Rows in any order.


def smallest(shelf, count):
    """The smallest numbers, rising. None is looked at twice."""
    numbers = []
    for place in range(shelf.size()):
        bisect.insort(numbers, shelf.read(place))
        del numbers[count:]
    return numbers


def bubble(shelf, key):
    # Behind `end` everything is in its place. Each pass carries the greatest number to the end, and looks at each other one once.
    end = shelf.size() - 1
    while end > 0:
        last_swap = 0
        carried = shelf.read(0)
        for place in range(end):
            following = shelf.read(place + 1)
            if key(following) < key(carried):
                shelf.swap(place, place + 1)
                last_swap = place
            else:
                carried = following
        end = last_swap


def selection(shelf, key):
    size = shelf.size()
    for place in range(size - 1):
        chosen, least = place, shelf.read(place)
        for other in range(place + 1, size):
            number = shelf.read(other)
            if key(number) < key(least):
                chosen, least = other, number
        if chosen != place:
            shelf.swap(place, chosen)


def insertion(shelf, key):
    for place in range(1, shelf.size()):
        moving = shelf.read(place)
        while place > 0 and key(shelf.read(place - 1)) > key(moving):
            shelf.swap(place - 1, place)
            place -= 1


SORTS = {"bubble": bubble, "selection": selection, "insertion": insertion}
KEYS = {"number": lambda number: number, "street": lambda number: number // 100}


# Rows that rise.


def first_not_below(shelf, size, wanted):
    """The first place whose number is not below the wanted one, and that number: `size` and none if all are below."""
    low, high, there = 0, size, None
    # Everything before `low` is below it; nothing from `high` on is, and `there` stands at `high`.
    while low < high:
        middle = (low + high) // 2
        number = shelf.read(middle)
        if number < wanted:
            low = middle + 1
        else:
            high, there = middle, number
    return high, there


def find(shelf, wanted):
    place, there = first_not_below(shelf, shelf.size(), wanted)
    if there != wanted:
        raise Refusal(404, "there is no such parcel")
    return place


def count(shelf, least, greatest):
    if least > greatest:
        return 0
    size = shelf.size()
    begin, _ = first_not_below(shelf, size, least)
    end, _ = first_not_below(shelf, size, greatest + 1)
    return end - begin


class CellarHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60

    def do_GET(self):
        self.work(self.question)

    def do_POST(self):
        self.work(self.sorting)

    def work(self, job):
        shelf = Shelf(os.environ["SHELF_URL"])
        try:
            self.answer(200, job(shelf, urlsplit(self.path)))
        except Refusal as refusal:
            self.answer(refusal.status, {"error": refusal.reason})
        finally:
            shelf.close()

    def question(self, shelf, url):
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        match url.path:
            case "/smallest":
                return {"numbers": smallest(shelf, number_in(query, "count", LARGEST_COUNT))}
            case "/find":
                return {"place": find(shelf, number_in(query, "number", GREATEST_NUMBER))}
            case "/count":
                ends = [number_in(query, name, GREATEST_NUMBER) for name in ("from", "to")]
                return {"count": count(shelf, *ends)}
        raise Refusal(404, "there is nothing here")

    def sorting(self, shelf, url):
        body = self.read_body()
        if url.path != "/sort":
            raise Refusal(404, "there is nothing here")
        try:
            wish = json.loads(body)
            sort, key = SORTS[wish["by"]], KEYS[wish.get("key", "number")]
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Refusal(400, f"`by` is one of {', '.join(SORTS)}, and `key` one of {', '.join(KEYS)}") from None
        sort(shelf, key)
        return {"reads": shelf.reads, "swaps": shelf.swaps}

    def read_body(self):
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            raise Refusal(400, "a wish is a small JSON object")
        return self.rfile.read(int(length))

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass  # an impatient client

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


def number_in(query, name, greatest):
    text = query.get(name, "")
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > greatest:
        raise Refusal(400, f"`{name}` is a whole number from 0 to {greatest}")
    return int(text)


class CellarServer(ThreadingHTTPServer):
    daemon_threads, block_on_close = True, False


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with CellarServer(address, CellarHandler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
