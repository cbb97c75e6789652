"""Connections to PostgreSQL, kept for the next request."""

import os
import queue
from contextlib import contextmanager

import psycopg2
from psycopg2.extras import RealDictCursor


class Database:
    def __init__(self):
        self.idle = queue.LifoQueue()

    def rows(self, statement, *values):
        """What a question yields, a dict for each row."""
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return [dict(row) for row in cursor.fetchall()]

    def row(self, statement, *values):
        """The first row, or None."""
        rows = self.rows(statement, *values)
        return rows[0] if rows else None

    def change(self, statement, *values):
        """Does it, at once and for good; how many rows have changed."""
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.rowcount

    @contextmanager
    def connection(self):
        try:
            connection = self.idle.get_nowait()
        except queue.Empty:
            connection = psycopg2.connect(os.environ["DATABASE_URL"], cursor_factory=RealDictCursor)
            connection.autocommit = True
        try:
            yield connection
        except psycopg2.OperationalError:
            connection.close()  # it may be gone; the next request gets another one
            raise
        except BaseException:
            self.idle.put(connection)
            raise
        self.idle.put(connection)
