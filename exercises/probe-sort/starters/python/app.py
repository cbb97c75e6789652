"""The shelf in the cellar. This copies the whole row, which nobody may, and knows one way of sorting, which is none: the rest is yours."""

import http.client
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SHELF_URL = urlsplit(os.environ.get("SHELF_URL", "http://127.0.0.1:9000"))


class Shelf:
    """The row behind the glass, for one job, over one connection."""

    def __init__(self):
        self.connection = http.client.HTTPConnection(SHELF_URL.netloc, timeout=3)

    def size(self):
        return self.ask("GET", "/size")["size"]

    def read(self, place):
        return self.ask("GET", f"/items/{place}")["item"]

    def swap(self, a, b):
        self.ask("POST", "/swaps", json.dumps({"a": a, "b": b}))

    def ask(self, method, path, body=None):
        # TODO: what if it does not answer, or answers something else? And who counts?
        self.connection.request(method, path, body)
        content = self.connection.getresponse().read()
        return json.loads(content) if content else None


def smallest(shelf, count):
    # TODO: a copy of the row is too much.
    row = [shelf.read(place) for place in range(shelf.size())]
    return sorted(row)[:count]


def find(shelf, number):
    # TODO: the row is sorted. How many looks does that save?
    for place in range(shelf.size()):
        if shelf.read(place) == number:
            return place
    return None


# TODO: bubble, selection, insertion; and count.


class CellarHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        shelf = Shelf()
        # TODO: 400 for what is no question.
        if url.path == "/smallest":
            self.answer(200, {"numbers": smallest(shelf, int(query["count"]))})
        elif url.path == "/find":
            place = find(shelf, int(query["number"]))
            self.answer(404, {"error": "there is no such parcel"}) if place is None else self.answer(200, {"place": place})
        else:
            self.answer(404, {"error": "there is nothing here"})

    # TODO: do_POST, for /sort. A body has as many bytes as Content-Length says: self.rfile.read(length).

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    ThreadingHTTPServer(address, CellarHandler).serve_forever()
