"""A request that is answered with an error, as RFC 9457 writes it."""

import json
from http import HTTPStatus


class Problem(Exception):
    """A status, a sentence for the client, and headers that go with it."""

    def __init__(self, status, detail, **headers):
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers

    def body(self):
        title = HTTPStatus(self.status).phrase
        return json.dumps({"title": title, "status": self.status, "detail": self.detail}).encode("ascii")
