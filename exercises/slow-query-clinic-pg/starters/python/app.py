"""The clinic's pages over HTTP. What they ask the database is in clinic.py; nothing here is slow."""

import json
import os
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import clinic
from database import Database
from refusal import Refusal

PAGES = [
    ("GET", r"/patients", clinic.patients),
    ("GET", r"/patients/([0-9]{1,9})/appointments", clinic.history),
    ("GET", r"/patients/([0-9]{1,9})/letters", clinic.letters),
    ("GET", r"/letters/([0-9]{1,9})", clinic.letter),
    ("GET", r"/days/([^/]+)", clinic.day),
    ("GET", r"/doctors/([0-9]{1,9})", clinic.doctor),
    ("GET", r"/doctors/([0-9]{1,9})/next", clinic.next_booked),
    ("GET", r"/reports/([^/]+)", clinic.report),
    ("POST", r"/bookings/([^/]+)/cancel", clinic.cancel),
]


class ClinicHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections alive
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write

    def do_GET(self):
        self.respond()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.respond()

    def respond(self):
        try:
            self.answer(200, self.page())
        except Refusal as refusal:
            self.answer(refusal.status, {"error": refusal.reason})

    def page(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        for method, path, page in PAGES:
            match = re.fullmatch(path, url.path)
            if match and method == self.command:
                return page(self.server.database, query, *match.groups())
        raise Refusal(404, "there is nothing here")

    def answer(self, status, content):
        body = json.dumps(content).encode("ascii")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


class ClinicServer(ThreadingHTTPServer):
    daemon_threads, block_on_close = True, False


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    database = Database()
    for statement in clinic.MIGRATIONS:
        database.change(statement)
    with ClinicServer(address, ClinicHandler) as server:
        server.database = database
        server.serve_forever()


if __name__ == "__main__":
    main()
