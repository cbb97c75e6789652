"""Connections to PostgreSQL, kept for the next request, and transactions that are done again when others were in their way."""

import contextlib
import os
import queue

import psycopg2
from psycopg2.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from psycopg2.extras import RealDictCursor

MOST = 16  # connections; who finds none waits for one
TRIES = 5


class Gone(Exception):
    """The database can't be reached at the moment."""


class Database:
    def __init__(self):
        self.places = queue.LifoQueue()
        for _ in range(MOST):
            self.places.put(None)  # a connection is made when it is needed

    def transaction(self, act):
        """What `act` does with a cursor, all or nothing: committed before this returns, undone if it raises."""
        for turn in range(TRIES):
            try:
                return self.once(act)
            except (DeadlockDetected, SerializationFailure, UniqueViolation):
                if turn == TRIES - 1:
                    raise

    def once(self, act):
        connection = self.places.get()
        try:
            if connection is None:
                connection = psycopg2.connect(os.environ["DATABASE_URL"], cursor_factory=RealDictCursor)
            with connection, connection.cursor() as cursor:
                return act(cursor)
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            if isinstance(error, (DeadlockDetected, SerializationFailure)):
                raise
            connection = None
            self.forget()
            raise Gone from error
        finally:
            self.places.put(connection)

    def forget(self):
        """One connection is gone, so the others that wait for work are most likely gone as well."""
        idle = []
        with contextlib.suppress(queue.Empty):
            while True:
                idle.append(self.places.get_nowait())
        for _ in idle:
            self.places.put(None)
