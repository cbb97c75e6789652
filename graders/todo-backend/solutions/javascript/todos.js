// The list of todos, in memory and in a file. It knows nothing of HTTP.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

/** Todos by number, in the order in which they were added. */
class Todos {
  #file;
  #lastId = 0;
  #todos = new Map();

  constructor(file) {
    this.#file = file;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (fs.existsSync(file)) {
      const kept = JSON.parse(fs.readFileSync(file, "utf8"));
      this.#lastId = kept.lastId;
      this.#todos = new Map(kept.todos.map((todo) => [todo.id, todo]));
    }
  }

  all() {
    return [...this.#todos.values()];
  }

  find(id) {
    return this.#todos.get(id);
  }

  add(fields) {
    // Counted up and kept: the number of a deleted todo never comes back.
    this.#lastId += 1;
    const todo = { id: this.#lastId, completed: false, order: null, ...fields };
    this.#keep(new Map(this.#todos).set(todo.id, todo));
    return todo;
  }

  /** Changes these fields and leaves all others as they were. */
  change(id, fields) {
    const todo = { ...this.#todos.get(id), ...fields };
    this.#keep(new Map(this.#todos).set(id, todo));
    return todo;
  }

  remove(id) {
    const todos = new Map(this.#todos);
    const removed = todos.get(id);
    if (todos.delete(id)) this.#keep(todos);
    return removed;
  }

  clear() {
    this.#keep(new Map());
  }

  /** Writes first and believes it afterwards. The rename means that nobody ever sees half a file. */
  #keep(todos) {
    const draft = `${this.#file}.draft`;
    fs.writeFileSync(draft, JSON.stringify({ lastId: this.#lastId, todos: [...todos.values()] }));
    fs.renameSync(draft, this.#file);
    this.#todos = todos;
  }
}

module.exports = { Todos };
