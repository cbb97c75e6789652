"""A Todo-Backend: a list of todos over HTTP, with nothing but the standard library."""

import json
import os
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from todos import Todos

LARGEST_BODY = 1 << 20
TODO_PATH = re.compile(r"/todos/([0-9]{1,18})")


class Refusal(Exception):
    """A request that is answered with an error: a status and a sentence for the client."""

    def __init__(self, status, reason, allow=None):
        super().__init__(reason)
        self.status, self.reason, self.allow = status, reason, allow


def read_fields(body, *, title_needed):
    """The fields of a todo that a client sent, each of the right type."""
    try:
        # RecursionError: a body that is nothing but thousands of opening brackets.
        sent = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(sent, dict):
        raise Refusal(400, "a todo is a JSON object")
    fields = {}
    if "title" in sent or title_needed:
        fields["title"] = expect(isinstance(sent.get("title"), str), sent.get("title"), "title is text")
    if "completed" in sent:
        fields["completed"] = expect(isinstance(sent["completed"], bool), sent["completed"], "completed is true or false")
    if "order" in sent:
        # type() and not isinstance(): in Python, True is an int.
        fields["order"] = expect(type(sent["order"]) in (int, type(None)), sent["order"], "order is a whole number")
    return fields


def expect(holds, value, rule):
    if not holds:
        raise Refusal(400, rule)
    return value


class TodoHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections alive
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60  # a silent connection gives its thread back
    todos: Todos

    def answer(self):
        try:
            body = self.read_body()
            status, content, headers = self.route(body)
        except Refusal as refusal:
            status, content = refusal.status, {"error": refusal.reason}
            headers = {"Allow": refusal.allow} if refusal.allow else {}
        self.send(status, content, headers)

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = answer

    def route(self, body):
        path = self.path.split("?", 1)[0]
        if path == "/":
            return self.on_list(body)
        if match := TODO_PATH.fullmatch(path):
            return self.on_todo(int(match[1]), body)
        raise Refusal(404, "there is nothing here")

    def on_list(self, body):
        match self.command:
            case "GET" | "HEAD":
                return 200, [self.shown(todo) for todo in self.todos.all()], {}
            case "POST":
                todo = self.shown(self.todos.add(read_fields(body, title_needed=True)))
                return 201, todo, {"Location": todo["url"]}
            case "DELETE":
                self.todos.clear()
                return 204, None, {}
            case "OPTIONS":
                return preflight("GET, POST, DELETE")
        raise Refusal(405, "the list knows GET, POST and DELETE", "GET, HEAD, POST, DELETE, OPTIONS")

    def on_todo(self, todo_id, body):
        match self.command:
            case "GET" | "HEAD":
                return 200, self.shown(found(self.todos.find(todo_id))), {}
            case "PATCH":
                found(self.todos.find(todo_id))
                changes = read_fields(body, title_needed=False)
                return 200, self.shown(found(self.todos.change(todo_id, changes))), {}
            case "DELETE":
                found(self.todos.remove(todo_id))
                return 204, None, {}
            case "OPTIONS":
                return preflight("GET, PATCH, DELETE")
        raise Refusal(405, "a todo knows GET, PATCH and DELETE", "GET, HEAD, PATCH, DELETE, OPTIONS")

    def shown(self, todo):
        """The todo as clients see it: its number becomes an address under the name that they know us by."""
        host = self.headers.get("Host")
        origin = f"http://{host}" if host else ""
        return {
            "title": todo["title"],
            "completed": todo["completed"],
            "order": todo["order"],
            "url": f"{origin}/todos/{todo['id']}",
        }

    def read_body(self):
        # The body is read even where nobody wants it: on a kept connection the next request begins behind it.
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            raise Refusal(411, "say how long the body is")
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            self.close_connection = True
            raise Refusal(400, "Content-Length is a number")
        if int(length) > LARGEST_BODY:
            self.close_connection = True
            raise Refusal(413, "the body is too long")
        return self.rfile.read(int(length))

    def send(self, status, content, headers):
        body = b"" if content is None else json.dumps(content).encode("ascii")
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        for name, value in headers.items():
            self.send_header(name, value)
        if content is not None:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format, *args):
        pass  # one line for each request helps nobody here


def found(todo):
    if todo is None:
        raise Refusal(404, "there is no such todo")
    return todo


def preflight(methods):
    return 204, None, {
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Max-Age": "600",
    }


class TodoServer(ThreadingHTTPServer):
    request_queue_size = 128  # clients that may wait while we accept


def main():
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    TodoHandler.todos = Todos(Path(os.environ.get("DATA_DIR", "data")) / "todos.json")
    # Every change is on disk before it is answered, so there is nothing to finish.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with TodoServer(address, TodoHandler) as server:
        server.daemon_threads, server.block_on_close = True, False
        server.serve_forever()


if __name__ == "__main__":
    main()
