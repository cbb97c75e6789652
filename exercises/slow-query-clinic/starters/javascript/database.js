// Connections to MariaDB, kept for the next request.
"use strict";

const mysql = require("mysql");

const pool = mysql.createPool({
  host: process.env.DATABASE_HOST,
  port: Number(process.env.DATABASE_PORT),
  user: process.env.DATABASE_USER,
  password: process.env.DATABASE_PASSWORD,
  database: process.env.DATABASE_NAME,
  charset: "utf8mb4",
  dateStrings: true,
});

function ask(statement, values) {
  return new Promise((resolve, reject) => {
    pool.query(statement, values, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** What a question yields, an object for each row. */
const rows = (statement, ...values) => ask(statement, values);

/** The first row, or undefined. */
const row = async (statement, ...values) => (await ask(statement, values))[0];

/** Does it, at once and for good; how many rows have changed. */
const change = async (statement, ...values) => (await ask(statement, values)).changedRows;

module.exports = { rows, row, change };
