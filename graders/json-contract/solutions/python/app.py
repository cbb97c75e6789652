"""The warehouse, with nothing but the standard library."""

import os
import re
import signal
import sys
import threading
import traceback
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from exact_json import EXACT, NotJson, read, write

LARGEST_BODY = 1 << 20
LARGEST_BARCODE = 2**63 - 1
PARCEL = re.compile(r"/parcels/([A-Za-z0-9-]+)")

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


class Refusal(Exception):
    """A request that is answered with an error: a status and a sentence for the client."""

    def __init__(self, status, reason, allow=None):
        super().__init__(reason)
        self.status, self.reason, self.allow = status, reason, allow


parcels = {}
parcels_lock = threading.Lock()


def is_whole(value):
    # Every number is a Decimal, so True is none.
    return isinstance(value, Decimal) and value >= 0 and value == value.to_integral_value(context=EXACT)


# For each field, whether a value will do, and what to say if not.
PARCEL_FIELDS = {
    "barcode": (lambda value: is_whole(value) and value <= LARGEST_BARCODE, "a whole number from 0 to 2^63 - 1"),
    "to": (lambda value: isinstance(value, str) and value != "", "a text that is not empty"),
    "value": (lambda value: isinstance(value, Decimal) and value >= 0, "a number from 0 up"),
    "note": (lambda value: value is None or isinstance(value, str), "a text or null"),
    "extra": (lambda value: isinstance(value, dict), "an object"),
}
LINE_FIELDS = {
    "price": (lambda value: isinstance(value, Decimal), "a number"),
    "count": (is_whole, "a whole number from 0 up"),
}


def require(value, what, fields, required):
    if not isinstance(value, dict):
        raise Refusal(400, f"{what} is an object")
    for name in value:
        if name not in fields:
            raise Refusal(400, f"{what} has no field {name}")
        fits, wanted = fields[name]
        if not fits(value[name]):
            raise Refusal(400, f"{name} is {wanted}")
    for name in required:
        if name not in value:
            raise Refusal(400, f"{what} needs a field {name}")
    return value


def as_parcel(value):
    return require(value, "a parcel", PARCEL_FIELDS, ["barcode", "to"])


def merged(target, patch):
    """RFC 7396, section 2. The target itself stays as it is."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def total(bill):
    if not isinstance(bill, list):
        raise Refusal(400, "a bill is a list of lines")
    result = Decimal(0)
    for line in bill:
        require(line, "a line", LINE_FIELDS, LINE_FIELDS)
        result = EXACT.add(result, EXACT.multiply(line["price"], line["count"]))
    return {"total": result}


class WarehouseHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections alive
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60  # a silent connection gives its thread back

    def answer(self):
        headers = {}
        try:
            # The body is read even where nobody wants it: on a kept connection the next request begins behind it.
            body = self.read_body()
            status, content = self.route(body)
        except NotJson as problem:
            status, content = 400, {"error": str(problem)}
        except Refusal as refusal:
            status, content = refusal.status, {"error": refusal.reason}
            if refusal.allow:
                headers["Allow"] = refusal.allow
        except Exception:
            traceback.print_exc()
            status, content = 500, {"error": "that was our mistake"}
        self.send(status, write(content), headers)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def route(self, body):
        path = self.path.partition("?")[0]
        if path == "/mirror":
            self.allow("POST")
            return 200, self.json(body, JSON)
        if path == "/total":
            self.allow("POST")
            return 200, total(self.json(body, JSON))
        if found := PARCEL.fullmatch(path):
            self.allow("GET", "HEAD", "PUT", "PATCH")
            return self.parcel(found[1], body)
        raise Refusal(404, "there is nothing here")

    def parcel(self, name, body):
        match self.command:
            case "PUT":
                parcel = as_parcel(self.json(body, JSON))
                with parcels_lock:
                    status = 200 if name in parcels else 201
                    parcels[name] = parcel
                return status, parcel
            case "PATCH":
                patch = self.json(body, JSON, MERGE_PATCH)
                with parcels_lock:
                    parcels[name] = as_parcel(merged(self.known(name), patch))
                    return 200, parcels[name]
            case _:
                return 200, self.known(name)

    def known(self, name):
        if name not in parcels:
            raise Refusal(404, "there is no such parcel")
        return parcels[name]

    def json(self, body, *types):
        given = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if given not in types:
            raise Refusal(415, f"the body has to be {' or '.join(types)}")
        return read(body)

    def allow(self, *methods):
        if self.command not in methods:
            known = ", ".join(methods)
            raise Refusal(405, f"known here: {known}", known)

    def read_body(self):
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            raise self.hang_up(411, "say how long the body is")
        if int(length) > LARGEST_BODY:
            raise self.hang_up(413, "the body is too long")
        return self.rfile.read(int(length))

    def hang_up(self, status, reason):
        """Where this request ends is not known, so there is no next one."""
        self.close_connection = True
        return Refusal(status, reason)

    def send(self, status, content, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


class WarehouseServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    # Nothing is kept, so there is nothing to finish.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with WarehouseServer(address, WarehouseHandler) as server:
        server.daemon_threads, server.block_on_close = True, False
        server.serve_forever()


if __name__ == "__main__":
    main()
