"""Connections to MariaDB, kept for the next request."""

import os
import queue
from contextlib import contextmanager

import pymysql
from pymysql.cursors import DictCursor


class Database:
    def __init__(self):
        self.idle = queue.LifoQueue()

    def rows(self, statement, *values):
        """What a question yields, a dict for each row."""
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def row(self, statement, *values):
        """The first row, or None."""
        rows = self.rows(statement, *values)
        return rows[0] if rows else None

    def change(self, statement, *values):
        """Does it, at once and for good; how many rows have changed."""
        with self.connection() as connection, connection.cursor() as cursor:
            return cursor.execute(statement, values or None)

    @contextmanager
    def connection(self):
        try:
            connection = self.idle.get_nowait()
        except queue.Empty:
            connection = connect()
        try:
            yield connection
        except pymysql.OperationalError:
            connection.close()  # it may be gone; the next request gets another one
            raise
        except BaseException:
            self.idle.put(connection)
            raise
        self.idle.put(connection)


def connect():
    return pymysql.connect(
        host=os.environ["DATABASE_HOST"],
        port=int(os.environ["DATABASE_PORT"]),
        user=os.environ["DATABASE_USER"],
        password=os.environ["DATABASE_PASSWORD"],
        database=os.environ["DATABASE_NAME"],
        charset="utf8mb4",
        autocommit=True,
        cursorclass=DictCursor,
    )
