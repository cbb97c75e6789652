// Connections to PostgreSQL, kept for the next request, and transactions on them.
"use strict";

const { Pool, types } = require("pg");

types.setTypeParser(types.builtins.INT8, Number); // our ids are far below 2^53

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
pool.on("error", (error) => console.error(error)); // one that was idle is gone; the next request gets another one

/** Does what `act` asks together: all of it when it returns, none if it throws. */
async function transaction(act) {
  const db = await pool.connect();
  let broken = false;
  try {
    await db.query("begin");
    const result = await act(db);
    await db.query("commit");
    return result;
  } catch (error) {
    await db.query("rollback").catch(() => (broken = true));
    throw error;
  } finally {
    db.release(broken);
  }
}

module.exports = { transaction };
