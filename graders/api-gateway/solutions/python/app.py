"""One door in front of three services: who asks, how often, with which headers, and what happens when a service is ill."""

import http.client
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
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

BUDGET = float(os.environ.get("BUDGET", "2"))
RATE_LIMIT = int(os.environ.get("RATE_LIMIT", "12"))
RATE_WINDOW = float(os.environ.get("RATE_WINDOW", "5"))
BREAKER_FAILURES = int(os.environ.get("BREAKER_FAILURES", "3"))
BREAKER_REFUSALS = int(os.environ.get("BREAKER_REFUSALS", "4"))
LARGEST_BODY = 1 << 20
LONGEST_LINE = 8 << 10
VALID_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
VALID_USER = re.compile(r"[A-Za-z0-9._-]{1,64}")
BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
# RFC 9110 §7.6.1, and those that older proxies keep to themselves.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"}
HOP_BY_HOP |= {"te", "trailer", "transfer-encoding", "upgrade"}
# What a client may not tell our services, or what we tell them ourselves.
NOT_FROM_CLIENTS = {"authorization", "x-user", "x-request-id", "host", "content-length", "expect"}


class Refusal(Exception):
    """A request that the gateway answers itself: a status, a sentence for the client, and headers."""

    def __init__(self, status, reason, *headers):
        super().__init__(reason)
        self.status, self.reason, self.headers = status, reason, list(headers)


class Question:
    """What a service is asked."""

    def __init__(self, method, target, headers, body=b""):
        self.method, self.target, self.headers, self.body = method, target, headers, body


class Answer:
    """What is told, by a service or by us. Headers are a list of pairs, as a name may stand there twice."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @staticmethod
    def of_json(status, content, *headers):
        body = json.dumps(content).encode()
        return Answer(status, [("Content-Type", "application/json"), *headers], body)


def ask(url, question, deadline):
    """The whole answer of a service, or a Refusal: 504 when the budget is used up, 502 for anything else that is no answer."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise Refusal(504, "there was no time left to ask")
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=left)
    # A timeout of the socket begins anew with each byte, so somebody looks at the clock and cuts the line.
    watch = threading.Timer(left, cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        connection.putrequest(question.method, question.target, skip_accept_encoding=True)
        for name, value in question.headers:
            connection.putheader(name, value)
        if question.body or question.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(question.body)))
        connection.putheader("Connection", "close")
        connection.endheaders(question.body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    except (OSError, http.client.HTTPException):
        if time.monotonic() >= deadline:
            raise Refusal(504, "a service did not answer in time") from None
        raise Refusal(502, "a service gave no answer") from None
    finally:
        watch.cancel()
        connection.close()


def cut(connection):
    try:
        connection.sock.shutdown(socket.SHUT_RDWR)
    except (OSError, AttributeError):
        pass  # not connected yet, or not any more


class Breaker:
    """Lets nobody through to a service that failed too often in a row, but now and then one who tries."""

    def __init__(self):
        self.lock = threading.Lock()
        self.failures = 0
        self.open = self.trying = False
        self.refusals_left = 0

    def admit(self):
        """Whether this is the trial. Whoever is let in must `settle`."""
        with self.lock:
            if not self.open:
                return False
            if self.trying or self.refusals_left > 0:
                self.refusals_left = max(0, self.refusals_left - 1)
                raise Refusal(503, "a service is ill, please try again later")
            self.trying = True
            return True

    def settle(self, trial, well):
        with self.lock:
            if trial:
                self.trying = False
                self.open = not well
                self.refusals_left = BREAKER_REFUSALS
                self.failures = 0
            elif not self.open:  # else it was let in before the others failed, and tells nothing new
                self.failures = 0 if well else self.failures + 1
                if self.failures >= BREAKER_FAILURES:
                    self.open, self.refusals_left = True, BREAKER_REFUSALS


class Service:
    """One of the three, behind its breaker."""

    def __init__(self, url):
        self.url, self.breaker = url, Breaker()

    def ask(self, question, deadline):
        trial, well = self.breaker.admit(), False
        try:
            answer = self.ask_again(question, deadline)
            well = answer.status < 500
            return answer
        finally:
            self.breaker.settle(trial, well)

    def ask_again(self, question, deadline):
        """Once more if the line broke, and only what can be asked twice without harm."""
        try:
            return ask(self.url, question, deadline)
        except Refusal as refusal:
            if refusal.status != 502 or question.method not in ("GET", "HEAD"):
                raise
            return ask(self.url, question, deadline)


class Rates:
    """How often each user was let in, in a window that begins with the first time."""

    def __init__(self):
        self.lock = threading.Lock()
        self.windows = {}

    def admit(self, user):
        now = time.monotonic()
        with self.lock:
            for other in [other for other, (end, _) in self.windows.items() if end <= now]:
                del self.windows[other]
            end, count = self.windows.get(user, (now + RATE_WINDOW, 0))
            if count >= RATE_LIMIT:
                raise Refusal(429, "not so fast", ("Retry-After", str(max(1, math.ceil(end - now)))))
            self.windows[user] = end, count + 1


class Gateway:
    # What the page of the app is made of: a service and where to ask it.
    HOME = {"user": ("users", "/users/me"), "orders": ("orders", "/orders/recent"), "offers": ("stock", "/stock/offers")}

    def __init__(self, environment):
        self.auth = environment["AUTH_URL"]
        self.services = {name: Service(environment[f"{name.upper()}_URL"]) for name in ("users", "orders", "stock")}
        self.rates = Rates()

    def answer(self, question, request_id):
        """The answer to a client; `question` is as it came."""
        deadline = time.monotonic() + BUDGET
        path = question.target.partition("?")[0]
        undone = re.sub("%2e", ".", re.sub("%2f", "/", path, flags=re.I), flags=re.I).split("/")
        if "." in undone or ".." in undone:
            raise Refusal(400, "a path without detours, please")
        is_home = path == "/home" and question.method == "GET"
        service = self.services.get(path.split("/")[1]) if path.startswith("/") else None
        if not is_home and not service:
            raise Refusal(404, "there is nothing here")
        user = self.who_is(question, request_id, deadline)
        self.rates.admit(user)
        ours = [("X-User", user), ("X-Request-Id", request_id)]
        if is_home:
            return self.home(ours, deadline)
        headers = [pair for pair in passed_on(question.headers) if pair[0].lower() not in NOT_FROM_CLIENTS]
        return service.ask(Question(question.method, question.target, headers + ours, question.body), deadline)

    def who_is(self, question, request_id, deadline):
        """The user whose token this is. It is asked each time: a token may end at any moment."""
        given = [value for name, value in question.headers if name.lower() == "authorization"]
        token = BEARER.fullmatch(given[0]) if len(given) == 1 else None
        if not token:
            raise Refusal(401, "the token, please", ("WWW-Authenticate", "Bearer"))
        headers = [("Content-Type", "application/json"), ("X-Request-Id", request_id)]
        body = json.dumps({"token": token[1]}).encode()
        try:
            answer = ask(self.auth, Question("POST", "/check", headers, body), deadline)
            user = json.loads(answer.body)["user"] if answer.status == 200 else None
        except (Refusal, ValueError, TypeError, KeyError):
            raise Refusal(503, "nobody can say who you are at the moment") from None
        if answer.status == 401:
            raise Refusal(401, "this token is not valid", ("WWW-Authenticate", 'Bearer error="invalid_token"'))
        # It becomes a header: what is no name must not get there.
        if not isinstance(user, str) or not VALID_USER.fullmatch(user):
            raise Refusal(503, "nobody can say who you are at the moment")
        return user

    def home(self, headers, deadline):
        """Three answers in one. All are asked at once; only the user is indispensable."""

        def part(service, path):
            try:
                answer = self.services[service].ask(Question("GET", path, headers), deadline)
                if answer.status != 200:
                    raise Refusal(502, f"{service} has nothing to say")
                return json.loads(answer.body), None
            except ValueError:
                return None, Refusal(502, f"{service} talks nonsense")
            except Refusal as refusal:
                return None, refusal

        with ThreadPoolExecutor(len(self.HOME)) as pool:
            asked = {name: pool.submit(part, *where) for name, where in self.HOME.items()}
            parts = {name: future.result() for name, future in asked.items()}
        if parts["user"][1]:
            raise parts["user"][1]
        page = {name: content for name, (content, _) in parts.items()}
        page["missing"] = [name for name, (_, refusal) in parts.items() if refusal]
        return Answer.of_json(200, page)


def passed_on(headers):
    """What goes through, in both directions: neither what is for this connection alone, nor what is internal."""
    named = {name.strip().lower() for key, value in headers if key.lower() == "connection" for name in value.split(",")}
    stays = HOP_BY_HOP | named
    return [(key, value) for key, value in headers if key.lower() not in stays and not key.lower().startswith("x-internal-")]


class DoorHandler(BaseHTTPRequestHandler):
    """HTTP towards the client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60

    def answer(self):
        given = self.headers.get("X-Request-Id", "")
        request_id = given if VALID_ID.fullmatch(given) else uuid.uuid4().hex
        self.body_left = "Transfer-Encoding" in self.headers or self.headers.get("Content-Length", "0") != "0"
        try:
            question = Question(self.command, self.path, self.headers.items(), self.read_body())
            answer = self.server.gateway.answer(question, request_id)
        except Refusal as refusal:
            answer = Answer.of_json(refusal.status, {"error": refusal.reason}, *refusal.headers)
        self.tell(answer, request_id)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def tell(self, answer, request_id):
        self.send_response_only(answer.status)
        for name, value in passed_on(answer.headers):
            if name.lower() not in ("x-request-id", "content-length"):
                self.send_header(name, value)
        self.send_header("X-Request-Id", request_id)
        lengths = [value for name, value in answer.headers if name.lower() == "content-length"]
        if self.command == "HEAD" or answer.status == 304:
            # It is the length of a body that is not there.
            for length in lengths[:1]:
                self.send_header("Content-Length", length)
        elif answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.body_left:
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def read_body(self):
        chunked, length = "Transfer-Encoding" in self.headers, self.headers.get_all("Content-Length", [])
        if chunked and length:
            raise Refusal(400, "either Content-Length or Transfer-Encoding")
        body = self.read_chunks() if chunked else self.read_length(length or ["0"])
        self.body_left = False
        return body

    def read_length(self, lengths):
        if len(set(lengths)) > 1 or not re.fullmatch("[0-9]{1,10}", lengths[0]):
            raise Refusal(400, "Content-Length is one number")
        if int(lengths[0]) > LARGEST_BODY:
            raise Refusal(413, f"a body has {LARGEST_BODY} bytes at most")
        return self.read_exactly(int(lengths[0]))

    def read_chunks(self):
        if self.headers["Transfer-Encoding"].lower() != "chunked":
            raise Refusal(400, "the only transfer encoding known here is chunked")
        body = b""
        while True:
            digits = self.rfile.readline(LONGEST_LINE).split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", digits):
                raise Refusal(400, "a chunk begins with its length")
            length = int(digits, 16)
            if len(body) + length > LARGEST_BODY:
                raise Refusal(413, f"a body has {LARGEST_BODY} bytes at most")
            if length == 0:
                break
            body += self.read_exactly(length)
            if self.rfile.readline(LONGEST_LINE) != b"\r\n":
                raise Refusal(400, "a chunk is longer than it said")
        while self.rfile.readline(LONGEST_LINE).strip():
            pass  # trailers
        return body

    def read_exactly(self, length):
        body = self.rfile.read(length)
        if len(body) < length:
            raise Refusal(400, "the body ends before its end")
        return body

    def handle_expect_100(self):
        go_on = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # a client that is gone

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


class DoorServer(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads, block_on_close = True, False


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with DoorServer(address, DoorHandler) as server:
        server.gateway = Gateway(os.environ)
        server.serve_forever()


if __name__ == "__main__":
    main()
