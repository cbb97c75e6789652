"""The list of todos, in memory and in a file. It knows nothing of HTTP."""

import json
import os
import threading


class Todos:
    """Todos by number, in the order in which they were added. Safe to use from many threads."""

    def __init__(self, file):
        self._file = file
        self._lock = threading.Lock()
        self._last_id, self._todos = 0, {}
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            kept = json.loads(file.read_text("utf-8"))
            self._last_id = kept["last_id"]
            self._todos = {todo["id"]: todo for todo in kept["todos"]}

    def all(self):
        with self._lock:
            return list(self._todos.values())

    def find(self, todo_id):
        """The todo, or None."""
        with self._lock:
            return self._todos.get(todo_id)

    def add(self, fields):
        with self._lock:
            # Counted up and kept: the number of a deleted todo never comes back.
            self._last_id += 1
            todo = {"id": self._last_id, "completed": False, "order": None, **fields}
            self._keep({**self._todos, todo["id"]: todo})
            return todo

    def change(self, todo_id, fields):
        """The todo with these fields changed and all others as they were, or None."""
        with self._lock:
            if todo_id not in self._todos:
                return None
            todo = {**self._todos[todo_id], **fields}
            self._keep({**self._todos, todo_id: todo})
            return todo

    def remove(self, todo_id):
        """The todo that was removed, or None."""
        with self._lock:
            removed = self._todos.get(todo_id)
            if removed is not None:
                self._keep({key: todo for key, todo in self._todos.items() if key != todo_id})
            return removed

    def clear(self):
        with self._lock:
            self._keep({})

    def _keep(self, todos):
        """Writes first and believes it afterwards. The rename means that nobody ever sees half a file."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps({"last_id": self._last_id, "todos": list(todos.values())}), "utf-8")
        os.replace(draft, self._file)
        self._todos = todos
