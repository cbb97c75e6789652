// A request that is answered with an error, as RFC 9457 writes it.
"use strict";

const { STATUS_CODES } = require("node:http");

module.exports = class Problem extends Error {
  constructor(status, detail, headers = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }

  get content() {
    return { title: STATUS_CODES[this.status], status: this.status, detail: this.message };
  }
};
