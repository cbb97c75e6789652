"""Connections to PostgreSQL, kept for the next request, and transactions on them."""

import os
import queue
from contextlib import contextmanager

import psycopg2
from psycopg2.extras import RealDictCursor

MOST = 16  # connections; who finds none waits for one


class Database:
    def __init__(self):
        self.idle = queue.LifoQueue()
        for _ in range(MOST):
            self.idle.put(None)  # made when it is needed

    @contextmanager
    def transaction(self):
        """A cursor whose statements are done together: all of them when the block is left, none if it raises."""
        connection = self.idle.get()
        try:
            if connection is None:
                connection = psycopg2.connect(os.environ["DATABASE_URL"], cursor_factory=RealDictCursor)
            with connection, connection.cursor() as cursor:
                yield cursor
        except psycopg2.OperationalError:
            connection = None  # it may be gone; the next request gets another one
            raise
        finally:
            self.idle.put(connection)
