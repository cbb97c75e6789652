// What the clinic's pages ask the database. Every answer is right, and most of them are slow: mend that, and change no answer.
"use strict";

const database = require("./database");
const Refusal = require("./refusal");

const NO_COUNTS = { booked: 0, cancelled: 0, done: 0, missed: 0 };

// Done in this order before the server listens, at every start: each must do no harm when it was done before.
const MIGRATIONS = [];

async function patients(query) {
  if (query.has("phone_ends")) return byPhone(query.get("phone_ends"));
  const limit = Number(matching(query.get("limit") ?? "50", /^[0-9]{1,3}$/, "`limit` is a number from 1 to 500"));
  if (limit < 1 || limit > 500) throw new Refusal(400, "`limit` is a number from 1 to 500");
  const skipped = query.has("cursor") ? readCursor(query.get("cursor")) : 0;
  const found = await database.rows(
    "select * from patients order by last_name, first_name, id limit $1 offset $2",
    limit + 1,
    skipped,
  );
  const more = found.length > limit;
  return { patients: found.slice(0, limit), next: more ? writeCursor(skipped + limit) : null };
}

function writeCursor(skipped) {
  return Buffer.from(String(skipped)).toString("base64url");
}

function readCursor(cursor) {
  const text = Buffer.from(cursor, "base64url").toString();
  return Number(matching(text, /^[0-9]{1,9}$/, "`cursor` is what `next` told"));
}

async function byPhone(digits) {
  matching(digits, /^[0-9]{4,10}$/, "`phone_ends` is four to ten digits");
  const found = await database.rows(
    "select * from patients where phone like $1 order by last_name, first_name, id",
    `%${digits}`,
  );
  return { patients: found, next: null };
}

async function history(query, patient) {
  await mustExist("patients", patient);
  const found = await database.rows("select * from appointments where patient_id = $1 order by starts_at, id", patient);
  return { appointments: found.map(appointment) };
}

async function letters(query, patient) {
  await mustExist("patients", patient);
  const found = await database.rows("select * from letters where patient_id = $1 order by written_at, id", patient);
  return {
    letters: found.map((row) => ({
      id: row.id,
      title: row.title,
      written_at: time(row.written_at),
      bytes: Buffer.byteLength(row.scan),
    })),
  };
}

async function letter(query, number) {
  const row = await database.row("select * from letters where id = $1", number);
  if (!row) throw new Refusal(404, "there is no such letter");
  return { ...row, written_at: time(row.written_at) };
}

async function day(query, text) {
  matching(text, /^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$/, "a day is written as 2026-03-02");
  const begin = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(begin.getTime()) || !begin.toISOString().startsWith(text)) {
    throw new Refusal(400, "there is no such day");
  }
  const found = await database.rows(
    "select * from appointments where to_char(starts_at, 'YYYY-MM-DD') = $1 order by starts_at, id",
    text,
  );
  const lines = [];
  for (const row of found) lines.push(await lineOfDay(row));
  return { appointments: lines };
}

async function lineOfDay(row) {
  const { id, last_name, first_name, phone } = await database.row("select * from patients where id = $1", row.patient_id);
  const { name } = await database.row("select * from doctors where id = $1", row.doctor_id);
  const { n } = await database.row("select count(*) as n from letters where patient_id = $1", row.patient_id);
  return {
    code: row.code,
    starts_at: time(row.starts_at),
    minutes: row.minutes,
    status: row.status,
    doctor: name,
    patient: { id, last_name, first_name, phone },
    letters: n,
  };
}

async function doctor(query, number) {
  const row = await database.row("select * from doctors where id = $1", number);
  if (!row) throw new Refusal(404, "there is no such doctor");
  const appointments = { ...NO_COUNTS };
  for (const { status } of await database.rows("select * from appointments where doctor_id = $1", number)) {
    appointments[status] += 1;
  }
  return { ...row, appointments };
}

async function nextBooked(query, number) {
  const from = query.get("from") ?? "";
  const wanted = "`from` is written as 2026-03-02T08:00:00";
  matching(from, /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$/, wanted);
  if (Number.isNaN(Date.parse(`${from}Z`))) throw new Refusal(400, wanted);
  await mustExist("doctors", number);
  const found = await database.rows(
    "select * from appointments where doctor_id = $1 and status = 'booked' and starts_at >= $2 order by starts_at, id limit 5",
    number,
    from,
  );
  return { appointments: found.map(appointment) };
}

async function report(query, year) {
  matching(year, /^[12][0-9]{3}$/, "a year is written as 2026");
  const months = Array.from({ length: 12 }, (_, index) => ({ month: index + 1, ...NO_COUNTS }));
  for (const row of await database.rows("select * from appointments where to_char(starts_at, 'YYYY') = $1", year)) {
    months[Number(row.starts_at.slice(5, 7)) - 1][row.status] += 1;
  }
  return { months };
}

async function cancel(query, code) {
  if (!/^[0-9]{10}$/.test(code)) throw new Refusal(404, "there is no such booking");
  const number = Number(code);
  const changed = await database.change(
    "update appointments set status = 'cancelled' where code::bigint = $1 and status = 'booked'",
    number,
  );
  const row = await database.row("select code, status from appointments where code::bigint = $1", number);
  if (!row) throw new Refusal(404, "there is no such booking");
  if (!changed && row.status !== "cancelled") throw new Refusal(409, `this appointment is ${row.status}`);
  return row;
}

async function mustExist(table, number) {
  const row = await database.row(`select * from ${table} where id = $1`, number);
  if (!row) throw new Refusal(404, `there is nobody with the number ${number}`);
}

function matching(text, pattern, reason) {
  if (!pattern.test(text)) throw new Refusal(400, reason);
  return text;
}

/** As the database tells a time, and as we do. */
const time = (text) => text.replace(" ", "T");

const appointment = (row) => ({ ...row, starts_at: time(row.starts_at) });

module.exports = { MIGRATIONS, patients, history, letters, letter, day, doctor, nextBooked, report, cancel };
