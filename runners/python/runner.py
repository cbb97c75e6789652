"""Runs a plain Python file: one that serves with http.server, or one that has a WSGI application.

There are no sockets here. A server's loop takes requests from the grader instead, one at a time, and http.client hands
the grader what it would have sent.
"""

import io
import os
import socket
import sys
import traceback

import http.client
import http.server
import socketserver

import flask
import preloaded  # noqa: F401  what applications may import has to be there when the runner is built
import threads
import wit_world
from componentize_py_types import Err
from wit_world.imports import inbox, types, upstreams

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}


class WitWorld(wit_world.WitWorld):
    def run(self, entry, environment):
        os.environ.clear()
        os.environ.update(environment)
        sys.argv[:] = [entry]
        for ours in ("runner", "preloaded", "threads"):
            # An application's own modules may be called so.
            sys.modules.pop(ours, None)
        sys.path.insert(0, os.path.dirname(f"/app/{entry}"))
        try:
            module = execute(f"/app/{entry}")
            application = module.get("app") or module.get("application")
            if not callable(application):
                raise Err(f"{entry} neither serves with http.server nor has a WSGI application named `app` or `application`")
            serve(lambda request: through_wsgi(application, request))
        except SystemExit as end:
            if end.code not in (None, 0):
                raise Err(f"{entry} ended with exit code {end.code}") from None
        except Err:
            raise
        except BaseException as error:
            traceback.print_exc()
            raise Err(f"{entry} ended with {type(error).__name__}: {error}") from None
        finally:
            sys.stdout.flush()
            sys.stderr.flush()


def execute(path):
    """Runs the file as Python does: as the module `__main__`."""
    with open(path, "rb") as file:
        source = file.read()
    module = sys.modules["__main__"].__dict__
    module.update({"__name__": "__main__", "__file__": path})
    exec(compile(source, path, "exec"), module)
    return module


def serve(answer):
    while (request := inbox.accept()) is not None:
        try:
            response = answer(request)
        except Exception:
            traceback.print_exc()
            response = types.Response(500, [("content-type", b"text/plain")], b"the application raised an exception\n")
        sys.stdout.flush()
        sys.stderr.flush()
        inbox.answer(response)
        threads.run_all()


# http.server


def written(request):
    """The request as it would come over a connection."""
    names = {name.lower() for name, _ in request.headers}
    headers = [(name, value) for name, value in request.headers if name.lower() not in ("transfer-encoding", "expect")]
    if "content-length" not in names and request.body:
        headers.append(("content-length", str(len(request.body)).encode()))
    lines = [f"{request.method} {request.target} HTTP/1.1".encode("latin-1")]
    lines += [name.encode("latin-1") + b": " + value for name, value in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.body


class Connection:
    """What a handler sees as its connection: one request to be read, and all that it writes."""

    def __init__(self, sent):
        self._sent, self.written = io.BytesIO(sent), bytearray()

    def makefile(self, mode="r", *_, **__):
        return io.BufferedReader(self._sent) if "r" in mode else io.BufferedWriter(Writing(self))

    def sendall(self, data):
        self.written += data

    def send(self, data):
        self.written += data
        return len(data)

    def recv(self, size):
        return self._sent.read(size)

    def settimeout(self, _):
        pass

    def setsockopt(self, *_):
        pass

    def shutdown(self, _):
        pass

    def close(self):
        pass

    def fileno(self):
        return -1


class Writing(io.RawIOBase):
    def __init__(self, connection):
        self._connection = connection

    def writable(self):
        return True

    def write(self, data):
        self._connection.written += data
        return len(data)


def through_handler(server, request):
    connection = Connection(written(request))
    server.finish_request(connection, ("127.0.0.1", 40000))
    return read_response(bytes(connection.written), request.method)


def read_response(sent, method):
    """The first response in what was written that is not an interim one."""
    stream = Replay(sent)
    response = http.client.HTTPResponse(stream, method=method)
    response.begin()
    body = response.read()
    return types.Response(response.status, kept(response.headers.raw_items()), body)


class Replay:
    def __init__(self, content):
        self._content = content

    def makefile(self, *_):
        return io.BytesIO(self._content)


def kept(headers):
    return [
        (name.lower(), value.encode("latin-1"))
        for name, value in headers
        if name.lower() not in HOP_BY_HOP
    ]


def serve_forever(self, poll_interval=0.5):
    serve(lambda request: through_handler(self, request))
    raise SystemExit(0)


def no_socket(self, server_address, handler, bind_and_activate=True):
    socketserver.BaseServer.__init__(self, server_address, handler)
    self.server_name, self.server_port = server_address[0] or "127.0.0.1", server_address[1]
    self.socket = Connection(b"")
    if hasattr(self, "setup_environ"):
        self.setup_environ()


def run_flask(self, *_, **__):
    serve(lambda request: through_wsgi(self, request))
    raise SystemExit(0)


socketserver.BaseServer.serve_forever = serve_forever
flask.Flask.run = run_flask
socketserver.TCPServer.__init__ = no_socket
socketserver.TCPServer.server_close = lambda self: None
socketserver.ThreadingMixIn.server_close = lambda self: None
socketserver.StreamRequestHandler.timeout = None


def ended_in_words(self, *arguments):
    raise


socketserver.BaseServer.handle_error = ended_in_words

# WSGI


def through_wsgi(application, request):
    path, _, query = request.target.partition("?")
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquoted(path),
        "QUERY_STRING": query,
        "RAW_URI": request.target,
        "SERVER_NAME": os.environ.get("HOST", "127.0.0.1"),
        "SERVER_PORT": os.environ.get("PORT", "80"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        text = value.decode("latin-1")
        if key == "CONTENT_TYPE":
            environ[key] = text
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            key = f"HTTP_{key}"
            environ[key] = f"{environ[key]},{text}" if key in environ else text
    began, pieces = [], []

    def start_response(status, headers, exc_info=None):
        began[:] = [int(status.split(" ", 1)[0]), headers]
        return pieces.append

    content = application(environ, start_response)
    try:
        for piece in content:
            pieces.append(piece)
    finally:
        if hasattr(content, "close"):
            content.close()
    status, headers = began
    return types.Response(status, kept(headers), b"".join(pieces))


def unquoted(path):
    """PEP 3333: the bytes of the path, each as the character of its number."""
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(path).decode("latin-1")


# http.client, and what is built on it


class Upstream(Connection):
    """What http.client sees as its connection to an upstream: whatever is read of it has been asked before."""

    def __init__(self, origin, timeout):
        super().__init__(b"")
        self._origin, self._timeout = origin, timeout

    def makefile(self, mode="r", *_, **__):
        sent, self.written = bytes(self.written), bytearray()
        return io.BytesIO(self._ask(sent))

    def settimeout(self, timeout):
        self._timeout = timeout

    def _ask(self, sent):
        head, _, body = sent.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = [tuple(line.split(":", 1)) for line in lines]
        headers = [(name.strip(), value.strip().encode("latin-1")) for name, value in headers]
        if any(name.lower() == "transfer-encoding" for name, _ in headers):
            body = joined(body)
            headers = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
        timeout = None if self._timeout is None else max(1, int(self._timeout * 1000))
        request = types.Request(method, f"{self._origin}{target}", headers, body)
        try:
            answer = upstreams.send(request, timeout)
        except Err as error:
            raise as_exception(error.value) from None
        lines = [f"HTTP/1.1 {answer.status} {http.client.responses.get(answer.status, '')}".encode()]
        lines += [
            name.encode("latin-1") + b": " + value
            for name, value in answer.headers
            if name.lower() not in HOP_BY_HOP and name.lower() != "content-length"
        ]
        lines.append(f"content-length: {len(answer.body)}".encode())
        body = b"" if method == "HEAD" else answer.body
        return b"\r\n".join(lines) + b"\r\n\r\n" + body


def joined(chunks):
    stream, body = io.BytesIO(chunks), b""
    while length := int(stream.readline().split(b";")[0] or b"0", 16):
        body += stream.read(length)
        stream.readline()
    return body


def as_exception(silence):
    match silence:
        case types.Silence_TimedOut():
            return TimeoutError("timed out")
        case types.Silence_Refused():
            return ConnectionRefusedError(silence.value)
    return ConnectionResetError(silence.value)


def connect(self):
    timeout = None if self.timeout is socket._GLOBAL_DEFAULT_TIMEOUT else self.timeout
    host = f"[{self.host}]" if ":" in self.host else self.host
    self.sock = Upstream(f"http://{host}:{self.port}", timeout)


http.client.HTTPConnection.connect = connect
