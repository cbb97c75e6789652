"""One door in front of three services. It passes on a GET to one of them, and trusts everybody: the rest is yours."""

import http.client
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

AUTH_URL = os.environ.get("AUTH_URL", "http://127.0.0.1:9000")
SERVICES = {name: os.environ.get(f"{name.upper()}_URL", "http://127.0.0.1:9000") for name in ("users", "orders", "stock")}
BUDGET = float(os.environ.get("BUDGET", "2"))
RATE_LIMIT = int(os.environ.get("RATE_LIMIT", "12"))
RATE_WINDOW = float(os.environ.get("RATE_WINDOW", "5"))
BREAKER_FAILURES = int(os.environ.get("BREAKER_FAILURES", "3"))
BREAKER_REFUSALS = int(os.environ.get("BREAKER_REFUSALS", "4"))


def ask(url, method, target, headers=(), body=b""):
    """A service's answer: its status, its headers as a list of pairs, its body."""
    # TODO: how long may this take? And what if no answer comes, or half of one?
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    try:
        # This sends the path as it is, follows nothing and unpacks nothing.
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        # TODO: a body needs a Content-Length.
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


class DoorHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        service = self.path.split("/")[1]
        if service not in SERVICES:
            self.tell(404, [("Content-Type", "application/json")], json.dumps({"error": "there is nothing here"}).encode())
            return
        # TODO: who is this? Which of the client's headers go along, and what do we add?
        self.tell(*ask(SERVICES[service], "GET", self.path))

    # TODO: the other methods, with their bodies; and GET /home.

    def tell(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            # TODO: not all of them are for the client.
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    # Handlers run in threads of their own, side by side: what they share needs a lock.
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    ThreadingHTTPServer(address, DoorHandler).serve_forever()
