"""A notice board inside its layers: id, log, shield, rate, token, body."""

import hmac
import json
import math
import os
import re
import signal
import socket
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

API_TOKEN = os.environ.get("API_TOKEN", "sesame")
RATE_LIMIT = int(os.environ.get("RATE_LIMIT", "5"))
RATE_WINDOW = int(os.environ.get("RATE_WINDOW", "3"))
LARGEST_BODY = 1024
LONGEST_LINE = 8 << 10
VALID_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Request:
    """What a client asks. Its body is still on the way: a layer that lets it in fetches it with `read_body`."""

    def __init__(self, method, target, headers, read_body):
        self.method, self.headers, self.read_body = method, headers, read_body
        self.path, _, self.query = target.partition("?")
        self.id = self.error = self.body = None


class Answer:
    def __init__(self, status, content, **headers):
        self.status, self.content = status, content
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Refusal(Exception):
    """A layer does not let a request in: a status, a sentence for the client, and headers."""

    def __init__(self, status, reason, **headers):
        super().__init__(reason)
        self.answer = Answer(status, {"error": reason}, **headers)


# The handlers.

notes, notes_lock = [], threading.Lock()


def read_public(request):
    return Answer(200, {"page": "public"})


def read_private(request):
    return Answer(200, {"page": "private"})


def read_slow(request):
    time.sleep(0.3)
    return Answer(200, {"page": "slow"})


def list_notes(request):
    with notes_lock:
        return Answer(200, {"notes": list(notes)})


def add_note(request):
    try:
        text = json.loads(request.body)["text"]
    except (ValueError, TypeError, KeyError):
        text = None
    if not isinstance(text, str) or not text:
        return Answer(400, {"error": "a note is an object with a `text`"})
    with notes_lock:
        note = {"id": len(notes) + 1, "text": text}
        notes.append(note)
    return Answer(201, note)


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

PROTECTED = {("GET", "/private"), ("POST", "/notes")}


def route(request):
    handler = ROUTES.get((request.method, request.path))
    return handler(request) if handler else Answer(404, {"error": "there is nothing here"})


# The layers, from the outside to the inside.


def request_id(inner):
    def layer(request):
        given = request.headers.get("X-Request-Id", "")
        request.id = given if VALID_ID.fullmatch(given) else uuid.uuid4().hex
        answer = inner(request)
        answer.headers["X-Request-Id"] = request.id
        return answer

    return layer


def access_log(inner):
    def layer(request):
        begun = time.monotonic()
        answer = inner(request)
        line = {
            "id": request.id,
            "method": request.method,
            "path": request.path,
            "status": answer.status,
            "ms": round((time.monotonic() - begun) * 1000, 1),
            "agent": request.headers.get("User-Agent"),
        }
        if request.error:
            line["error"] = request.error
        # One write for a line, so that two of them never mix. JSON escapes every line break.
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        return answer

    return layer


def shield(inner):
    def layer(request):
        try:
            return inner(request)
        except Refusal as refusal:
            return refusal.answer
        except Exception as error:
            request.error = f"{type(error).__name__}: {error}"
            return Answer(500, {"error": "that was our mistake", "id": request.id})

    return layer


def rate_limit(inner):
    windows, lock = {}, threading.Lock()  # for each client: the end of its window, and how many were let in

    def admit(client, now):
        with lock:
            for other in [other for other, (end, _) in windows.items() if end <= now]:
                del windows[other]
            end, count = windows.get(client, (now + RATE_WINDOW, 0))
            if count >= RATE_LIMIT:
                raise Refusal(429, "not so fast", Retry_After=str(max(1, math.ceil(end - now))))
            windows[client] = end, count + 1

    def layer(request):
        client = request.headers.get("X-Real-IP")
        if client is not None:
            admit(client, time.monotonic())
        return inner(request)

    return layer


def token(inner):
    def layer(request):
        if (request.method, request.path) in PROTECTED:
            scheme, _, given = request.headers.get("Authorization", "").partition(" ")
            # Takes as long for a token that is nearly right.
            right = hmac.compare_digest(given.strip().encode(), API_TOKEN.encode())
            if scheme.lower() != "bearer" or not right:
                raise Refusal(401, "the token, please", WWW_Authenticate='Bearer realm="board"')
        return inner(request)

    return layer


def body_limit(inner):
    def layer(request):
        request.body = request.read_body(LARGEST_BODY)
        return inner(request)

    return layer


application = request_id(access_log(shield(rate_limit(token(body_limit(route))))))


class BoardHandler(BaseHTTPRequestHandler):
    """HTTP on the outside, a `Request` on the inside."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60

    def answer(self):
        self.body_left = "Transfer-Encoding" in self.headers or self.headers.get("Content-Length", "0") != "0"
        answer = application(Request(self.command, self.path, self.headers, self.read_body))
        # Where an unread body ends, the next request begins; nobody wants to wait for that.
        if self.body_left:
            self.close_connection = True
        content = json.dumps(answer.content).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        if self.body_left:
            self.drain()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def read_body(self, limit):
        chunked, length = "Transfer-Encoding" in self.headers, self.headers.get_all("Content-Length", [])
        if chunked and length:
            raise Refusal(400, "either Content-Length or Transfer-Encoding")
        if chunked:
            body = self.read_chunks(limit)
        else:
            body = self.read_length(length or ["0"], limit)
        self.body_left = False
        return body

    def read_length(self, lengths, limit):
        if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
            raise Refusal(400, "Content-Length is a number")
        if int(lengths[0]) > limit:
            raise Refusal(413, f"a body has {limit} bytes at most")
        return self.read_exactly(int(lengths[0]))

    def read_chunks(self, limit):
        if self.headers["Transfer-Encoding"].lower() != "chunked":
            raise Refusal(400, "the only transfer encoding known here is chunked")
        body = b""
        while True:
            digits = self.rfile.readline(LONGEST_LINE).split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", digits):
                raise Refusal(400, "a chunk begins with its length")
            length = int(digits, 16)
            if len(body) + length > limit:
                raise Refusal(413, f"a body has {limit} bytes at most")
            if length == 0:
                break
            body += self.read_exactly(length)
            if self.rfile.readline(LONGEST_LINE) != b"\r\n":
                raise Refusal(400, "a chunk is longer than it said")
        while self.rfile.readline(LONGEST_LINE).strip():
            pass  # trailers
        return body

    def read_exactly(self, length):
        try:
            body = self.rfile.read(length)
        except OSError:
            body = b""
        if len(body) < length:
            raise Refusal(400, "the body ends before its end")
        return body

    def drain(self):
        """Drops what is still coming, for a moment: closing at once could cost the client our answer."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(0.5)
        left, until = 1 << 20, time.monotonic() + 2
        while left > 0 and time.monotonic() < until and (piece := self.rfile.read1(64 << 10)):
            left -= len(piece)

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # a client that is gone

    def log_message(self, format, *args):
        pass  # it would print the query


class BoardServer(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads, block_on_close = True, False


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with BoardServer(address, BoardHandler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
