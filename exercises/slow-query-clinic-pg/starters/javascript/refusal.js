// A request that is answered with an error: a status, and a sentence for the client.
"use strict";

module.exports = class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
    this.reason = reason;
  }
};
