"""A notice board. Its handlers are complete; the layers around them are missing, and they are yours."""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

API_TOKEN = os.environ.get("API_TOKEN", "sesame")
RATE_LIMIT = int(os.environ.get("RATE_LIMIT", "5"))
RATE_WINDOW = int(os.environ.get("RATE_WINDOW", "3"))


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.path, _, self.query = target.partition("?")


# The handlers. Each takes a request and returns a status and what becomes JSON.

notes, notes_lock = [], threading.Lock()


def read_public(request):
    return 200, {"page": "public"}


def read_private(request):
    return 200, {"page": "private"}


def read_slow(request):
    time.sleep(0.3)
    return 200, {"page": "slow"}


def list_notes(request):
    with notes_lock:
        return 200, {"notes": list(notes)}


def add_note(request):
    try:
        text = json.loads(request.body)["text"]
    except (ValueError, TypeError, KeyError):
        text = None
    if not isinstance(text, str) or not text:
        return 400, {"error": "a note is an object with a `text`"}
    with notes_lock:
        note = {"id": len(notes) + 1, "text": text}
        notes.append(note)
    return 201, note


def fail(request):
    fuse = parse_qs(request.query).get("fuse", [""])[0]
    raise RuntimeError(f"the fuse is blown: {fuse}")


def fail_later(request):
    time.sleep(0.1)
    fail(request)


ROUTES = {
    ("GET", "/public"): read_public,
    ("GET", "/private"): read_private,
    ("GET", "/slow"): read_slow,
    ("GET", "/notes"): list_notes,
    ("POST", "/notes"): add_note,
    ("GET", "/boom"): fail,
    ("GET", "/boom/later"): fail_later,
}


def route(request):
    handler = ROUTES.get((request.method, request.path))
    return handler(request) if handler else (404, {"error": "there is nothing here"})


# TODO: the layers. One of them can look so:
#
#     def shield(inner):
#         def layer(request):
#             try:
#                 return inner(request)
#             except Exception as error:
#                 ...
#         return layer
#
#     application = request_id(access_log(shield(...(route))))
#
# Some layers add headers to the answer: status and content alone will not do for long.


class BoardHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        # TODO: who says that this length is true, or that it is there at all, and how long may it be?
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, content = route(Request(self.command, self.path, self.headers, body))
        content = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    # TODO: this class prints a line of its own for each request, see `log_message`. Look at what stands in it.


if __name__ == "__main__":
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    ThreadingHTTPServer(address, BoardHandler).serve_forever()
