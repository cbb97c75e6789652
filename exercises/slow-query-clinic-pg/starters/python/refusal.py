"""A request that is answered with an error."""


class Refusal(Exception):
    """A status, and a sentence for the client."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason
