// Node's EventEmitter and `once`, as far as servers use them.

export class EventEmitter {
  #listeners = new Map();

  on(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { listener, once: false }]);
    return this;
  }

  once(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { listener, once: true }]);
    return this;
  }

  off(name, listener) {
    this.#listeners.set(name, (this.#listeners.get(name) ?? []).filter((entry) => entry.listener !== listener));
    return this;
  }

  addListener(name, listener) {
    return this.on(name, listener);
  }

  removeListener(name, listener) {
    return this.off(name, listener);
  }

  removeAllListeners(name) {
    if (name === undefined) this.#listeners.clear();
    else this.#listeners.delete(name);
    return this;
  }

  listenerCount(name) {
    return (this.#listeners.get(name) ?? []).length;
  }

  setMaxListeners() {
    return this;
  }

  emit(name, ...values) {
    const entries = this.#listeners.get(name) ?? [];
    if (entries.length === 0 && name === "error") throw values[0];
    for (const entry of entries) {
      if (entry.once) this.off(name, entry.listener);
      entry.listener.apply(this, values);
    }
    return entries.length > 0;
  }
}

/** The values of the next such event; an `error` meanwhile is thrown. */
export function once(emitter, name) {
  return new Promise((resolve, reject) => {
    const failed = (error) => reject(error);
    emitter.once(name, (...values) => {
      emitter.off("error", failed);
      resolve(values);
    });
    if (name !== "error") emitter.once("error", failed);
  });
}
