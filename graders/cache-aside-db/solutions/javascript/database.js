// Connections to PostgreSQL, kept for the next request.
"use strict";

const { Pool } = require("pg");

const PATIENCE = 1500; // milliseconds that the database may take

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: 16,
  connectionTimeoutMillis: PATIENCE,
  query_timeout: PATIENCE,
});
pool.on("error", () => {}); // one that was idle is gone; the next request gets another one

/** The database does not answer. */
class Gone extends Error {}

/** Does one statement; its first row, or undefined. */
async function row(statement, ...values) {
  try {
    return (await pool.query(statement, values)).rows[0];
  } catch (error) {
    throw new Gone(error.message);
  }
}

module.exports = { Gone, row };
