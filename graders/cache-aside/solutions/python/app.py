"""Prices in other currencies, with rates from a cache in front of a rates service."""

import http.client
import json
import math
import os
import re
import signal
import sys
import threading
import time
from concurrent.futures import Future
from decimal import ROUND_HALF_UP, Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PATIENCE = 1.5  # seconds for the rates service; our own clients are promised an answer within 2
LARGEST_ANSWER = 64 << 10


class Refusal(Exception):
    """A request that is answered with an error: a status and a sentence for the client."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


class Unavailable(Exception):
    """The service told no rate."""


class Service:
    """The rates service, asked each time."""

    def __init__(self, url):
        url = urlsplit(url)
        self.host, self.path = url.netloc, url.path.rstrip("/")

    def rate(self, base, target):
        deadline = time.monotonic() + PATIENCE
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        try:
            connection.request("GET", f"{self.path}/v1/rates/{target}?base={base}")
            answer = connection.getresponse()
            body = self.read(answer, connection, deadline)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(str(error)) from None
        finally:
            connection.close()
        if answer.status == 404:
            raise Refusal(404, "no such currency")
        if answer.status != 200:
            raise Unavailable(f"it answers {answer.status}")
        return self.rate_in(body)

    def read(self, answer, connection, deadline):
        """The body. A timeout of the socket begins anew with each byte, so what is left of our patience is measured here."""
        body = b""
        while piece := answer.read1(LARGEST_ANSWER):
            body += piece
            left = deadline - time.monotonic()
            if left <= 0 or len(body) > LARGEST_ANSWER:
                raise Unavailable("it does not come to an end")
            if connection.sock:
                connection.sock.settimeout(left)
        if answer.length:
            raise Unavailable("the answer is cut off")
        return body

    def rate_in(self, body):
        try:
            rate = json.loads(body)["rate"]
        except (ValueError, TypeError, KeyError):
            raise Unavailable("that is no rate") from None
        # Python reads NaN and Infinity, too, and takes true for a number.
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 < rate < math.inf:
            raise Unavailable("that is no rate")
        return rate


class Cache:
    """The rates by pair, and the questions that are on their way."""

    def __init__(self, service, ttl):
        self.service, self.ttl = service, ttl
        self.lock = threading.Lock()
        self.kept = {}  # pair: (rate, until when it is good)
        self.asked = {}  # pair: the answer to come

    def rate(self, pair):
        """A rate, and where it came from."""
        with self.lock:
            rate, until = self.kept.get(pair, (None, 0))
            if time.monotonic() < until:
                return rate, "hit"
            answer = self.asked.get(pair)
            if answer is None:
                # It is asked in a thread of its own: a client who hangs up takes nothing away from the others.
                answer = self.asked[pair] = Future()
                threading.Thread(target=self.ask, args=(pair, answer), daemon=True).start()
        try:
            return answer.result(PATIENCE), "miss"
        except (Unavailable, TimeoutError):
            return self.older(pair, answer), "stale"

    def ask(self, pair, answer):
        try:
            rate, error = self.service.rate(*pair), None
        except Exception as problem:
            rate, error = None, problem
        with self.lock:
            # Who was forgotten meanwhile (by a DELETE, or because it took too long) has nothing to say any more.
            if self.asked.get(pair) is answer:
                del self.asked[pair]
                if error is None:
                    self.kept[pair] = rate, time.monotonic() + self.ttl
        if error is None:
            answer.set_result(rate)
        else:
            answer.set_exception(error)

    def older(self, pair, answer):
        with self.lock:
            if self.asked.get(pair) is answer:
                del self.asked[pair]
            if pair not in self.kept:
                raise Refusal(503, "there is no rate at the moment")
            return self.kept[pair][0]

    def forget(self, pair):
        with self.lock:
            self.kept.pop(pair, None)
            self.asked.pop(pair, None)


def currency(name, text):
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise Refusal(400, f"`{name}` is a currency of three letters")
    return text.upper()


def amount_of(text):
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", text):
        raise Refusal(400, "`amount` is a number such as 10 or 12.50")
    return Decimal(text)


class PriceHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections alive
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60  # a silent connection gives its thread back

    def do_GET(self):
        self.guarded(self.convert)

    def do_DELETE(self):
        self.guarded(self.forget)

    def guarded(self, handler):
        try:
            handler(urlsplit(self.path))
        except Refusal as refusal:
            self.answer(refusal.status, {"error": refusal.reason})

    def convert(self, url):
        if url.path != "/convert":
            raise Refusal(404, "there is nothing here")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        pair = currency("from", query.get("from", "")), currency("to", query.get("to", ""))
        amount = amount_of(query.get("amount", ""))
        rate, source = self.server.cache.rate(pair)
        converted = (amount * Decimal(repr(rate))).quantize(Decimal("0.01"), ROUND_HALF_UP)
        self.answer(200, {"amount": float(converted), "rate": rate}, {"X-Cache": source})

    def forget(self, url):
        match url.path.split("/"):
            case ["", "cache", base, target]:
                self.server.cache.forget((currency("from", base), currency("to", target)))
                self.answer(204)
            case _:
                raise Refusal(404, "there is nothing here")

    def answer(self, status, content=None, headers={}):
        body = b"" if content is None else json.dumps(content).encode("ascii")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if content is not None:
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


class PriceServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept
    daemon_threads, block_on_close = True, False


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with PriceServer(address, PriceHandler) as server:
        server.cache = Cache(Service(os.environ["RATES_URL"]), int(os.environ.get("CACHE_TTL", "2")))
        server.serve_forever()


if __name__ == "__main__":
    main()
