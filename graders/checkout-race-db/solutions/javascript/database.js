// Connections to PostgreSQL, kept for the next request, and transactions that are done again when others were in their way.
"use strict";

const { Pool, types } = require("pg");

const TRIES = 5;
const IN_THE_WAY = ["40001", "40P01", "23505"]; // serialization failure, deadlock, a key that came first

types.setTypeParser(types.builtins.INT8, Number); // our numbers are far below 2^53

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
pool.on("error", () => {}); // one that was idle is gone; the next request gets another one

/** The database can't be reached at the moment. */
class Gone extends Error {}

/** What `act` does, all or nothing: committed before this returns, undone if it throws. */
async function transaction(act) {
  for (let turn = 1; ; turn += 1) {
    try {
      return await once(act);
    } catch (error) {
      if (turn === TRIES || !IN_THE_WAY.includes(error.code)) throw error;
    }
  }
}

async function once(act) {
  const db = await pool.connect().catch((error) => {
    throw new Gone(error.message);
  });
  let broken = false;
  const lost = () => (broken = true);
  db.on("error", lost);
  try {
    await db.query("begin");
    const result = await act(db);
    await db.query("commit");
    return result;
  } catch (error) {
    await db.query("rollback").catch(lost);
    if (broken) throw new Gone(error.message);
    throw error;
  } finally {
    db.off("error", lost);
    db.release(broken);
  }
}

module.exports = { Gone, transaction };
