// Connections to PostgreSQL, kept for the next request.
"use strict";

const { Pool, types } = require("pg");

const asTold = (text) => text;
types.setTypeParser(types.builtins.INT8, Number); // counts are far below 2^53
types.setTypeParser(types.builtins.DATE, asTold);
types.setTypeParser(types.builtins.TIMESTAMP, asTold);

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
pool.on("error", (error) => console.error(error)); // one that was idle is gone; the next request gets another one

/** What a question yields, an object for each row. */
const rows = async (statement, ...values) => (await pool.query(statement, values)).rows;

/** The first row, or undefined. */
const row = async (statement, ...values) => (await rows(statement, ...values))[0];

/** Does it, at once and for good; how many rows have changed. */
const change = async (statement, ...values) => (await pool.query(statement, values)).rowCount;

module.exports = { rows, row, change };
