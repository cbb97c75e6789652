"""Connections to PostgreSQL, kept for the next request, and a limit on how long it may take to answer."""

import os
import queue
import select
import threading
import time

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, set_wait_callback
from psycopg2.extras import RealDictCursor

MOST = 16  # connections; who finds none waits for one
PATIENCE = 1.5  # seconds that the database may take for one request


class Gone(Exception):
    """The database does not answer."""


class Database:
    def __init__(self):
        self.places = queue.LifoQueue()
        for _ in range(MOST):
            self.places.put(None)  # a connection is made when it is needed
        set_wait_callback(wait)

    def row(self, statement, *values):
        """Does one statement, committed when this returns; its first row, or None."""
        request.until = time.monotonic() + PATIENCE
        connection = self.places.get()
        try:
            if connection is None:
                connection = psycopg2.connect(os.environ["DATABASE_URL"], cursor_factory=RealDictCursor)
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchone()
        except psycopg2.Error as error:
            connection = None
            raise Gone from error
        finally:
            self.places.put(connection)


request = threading.local()


def wait(connection):
    """The driver calls this wherever it waits. By itself it would wait for ever."""
    while (state := connection.poll()) != POLL_OK:
        left = max(0, request.until - time.monotonic())
        files = [connection.fileno()]
        reads, writes = (files, []) if state == POLL_READ else ([], files)
        if not any(select.select(reads, writes, [], left)):
            raise psycopg2.OperationalError("the database takes too long")
