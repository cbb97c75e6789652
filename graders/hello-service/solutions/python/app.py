"""The shop's first server, with nothing but the standard library."""

import json
import os
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_to_bytes

LARGEST_BODY = 1 << 20
LONGEST_LINE = 8 << 10
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")

PLAIN = "text/plain; charset=utf-8"
JSON = "application/json"
BYTES = "application/octet-stream"


class Refusal(Exception):
    """A request that is answered with an error: a status and a sentence for the client."""

    def __init__(self, status, reason, allow=None):
        super().__init__(reason)
        self.status, self.reason, self.allow = status, reason, allow


def parameter(query, wanted):
    """The first parameter of that name, or None. It is split before it is decoded: a value may hold an encoded `&`."""
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if decoded(name) == wanted:
            return decoded(value)
    return None


def decoded(text):
    # Python's decoder would leave a bad escape standing, and put a � where bytes are no UTF-8.
    if BAD_ESCAPE.search(text):
        raise Refusal(400, "two hexadecimal digits follow a percent sign")
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(400, "a query is UTF-8") from None


class ShopHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections alive
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60  # a silent connection gives its thread back

    def answer(self):
        headers = {}
        try:
            # The body is read even where nobody wants it: on a kept connection the next request begins behind it.
            body = self.read_body()
            status, content_type, content = self.route(body)
        except Refusal as refusal:
            status, content_type, content = refusal.status, JSON, as_json({"error": refusal.reason})
            if refusal.allow:
                headers["Allow"] = refusal.allow
        self.send(status, content_type, content, headers)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def route(self, body):
        path, _, query = self.path.partition("?")
        match path:
            case "/":
                self.allow("GET", "HEAD")
                return 200, PLAIN, "Welcome to the shop!\n".encode()
            case "/health":
                self.allow("GET", "HEAD")
                return 200, JSON, as_json({"status": "ok"})
            case "/hello":
                self.allow("GET", "HEAD")
                name = parameter(query, "name")
                if not name:
                    raise Refusal(400, "say who you are: /hello?name=...")
                return 200, JSON, as_json({"hello": name})
            case "/echo":
                self.allow("POST")
                return 200, self.headers.get("Content-Type", BYTES), body
        raise Refusal(404, "there is nothing here")

    def allow(self, *methods):
        if self.command not in methods:
            known = ", ".join(methods)
            raise Refusal(405, f"known here: {known}", known)

    def read_body(self):
        if "Transfer-Encoding" in self.headers:
            return self.read_chunks()
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            raise self.hang_up(400, "Content-Length is a number")
        if int(length) > LARGEST_BODY:
            raise self.hang_up(413, "the body is too long")
        return self.rfile.read(int(length))

    def read_chunks(self):
        if self.headers["Transfer-Encoding"].lower() != "chunked":
            raise self.hang_up(501, "the only transfer encoding known here is chunked")
        body = b""
        while length := self.chunk_length():
            if len(body) + length > LARGEST_BODY:
                raise self.hang_up(413, "the body is too long")
            body += self.rfile.read(length)
            if self.rfile.readline(LONGEST_LINE) != b"\r\n":
                raise self.hang_up(400, "a chunk is longer than it said")
        while self.rfile.readline(LONGEST_LINE).strip():
            pass  # trailers
        return body

    def chunk_length(self):
        digits = self.rfile.readline(LONGEST_LINE).split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", digits):
            raise self.hang_up(400, "a chunk begins with its length")
        return int(digits, 16)

    def hang_up(self, status, reason):
        """Where this request ends is not known, so there is no next one."""
        self.close_connection = True
        return Refusal(status, reason)

    def send(self, status, content_type, content, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


def as_json(content):
    return json.dumps(content).encode("ascii")


class ShopServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    # Nothing is kept, so there is nothing to finish.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ShopServer(address, ShopHandler) as server:
        server.daemon_threads, server.block_on_close = True, False
        server.serve_forever()


if __name__ == "__main__":
    main()
