"""Threads where there are none: one that was started runs to its end as soon as somebody waits, or when a request is answered.

Whatever waits for a lock, an event, a queue, a future or a thread has the others run first. Only what nobody can ever
bring is an error. The order is that of the starts, the same each time.
"""

import collections
import concurrent.futures.thread
import queue
import sys
import threading
import time

started = collections.deque()


class Lock:
    """A lock whose waiting is other threads' turn."""

    def __init__(self):
        self._held = False

    def acquire(self, blocking=True, timeout=-1):
        until = None if timeout is None or timeout < 0 else time.monotonic() + timeout
        while self._held and blocking:
            if until is not None and time.monotonic() >= until:
                return False
            if not run_next():
                if until is None:
                    raise RuntimeError("this would wait for ever: a program in WebAssembly has one thread only")
                time.sleep(max(0, until - time.monotonic()))
        if self._held:
            return False
        self._held = True
        return True

    def release(self):
        if not self._held:
            raise RuntimeError("release unlocked lock")
        self._held = False

    def locked(self):
        return self._held

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()

    def _at_fork_reinit(self):
        self._held = False


def run_next():
    """Runs the thread that was started first; whether there was one."""
    if not started:
        return False
    thread = started.popleft()
    try:
        thread.run()
    except SystemExit:
        pass
    except Exception:
        threading.excepthook(threading.ExceptHookArgs([*sys.exc_info(), thread]))
    return True


def run_all():
    while run_next():
        pass


def start(self):
    if self._started.is_set():
        raise RuntimeError("threads can only be started once")
    self._started.set()
    started.append(self)


def join(self, timeout=None):
    while self in started:
        run_next()


def submit(self, function, /, *values, **named):
    future = concurrent.futures.Future()
    future.set_running_or_notify_cancel()
    try:
        future.set_result(function(*values, **named))
    except Exception as error:
        future.set_exception(error)
    return future


threading.Lock = threading._allocate_lock = Lock
threading._CRLock = None
threading.Thread.start = start
threading.Thread.join = join
threading.Thread.is_alive = lambda self: self in started
queue.SimpleQueue = queue._PySimpleQueue
concurrent.futures.ThreadPoolExecutor.submit = submit
concurrent.futures.ThreadPoolExecutor.shutdown = lambda self, *_, **__: None
