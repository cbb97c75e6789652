// What the clinic's pages ask the database. For each it asks as little as it shows, found by an index.
"use strict";

const database = require("./database");
const Refusal = require("./refusal");

const NO_COUNTS = { booked: 0, cancelled: 0, done: 0, missed: 0 };

// Done in this order before the server listens, at every start: each must do no harm when it was done before.
const MIGRATIONS = [
  "create index if not exists by_patient on appointments (patient_id, starts_at)",
  // First what is compared with =, then what the order is; whoever counts by status finds all that it needs in here.
  "create index if not exists by_doctor on appointments (doctor_id, status, starts_at, id)",
  // The report needs nothing but the index. It begins as the old one does, which goes.
  "create index if not exists by_time_and_status on appointments (starts_at, status)",
  "drop index if exists by_time",
  "create index if not exists by_name on patients (last_name, first_name, id)",
  // An end is a beginning, read backwards. The index keeps it, whoever writes.
  "create index if not exists by_phone on patients (reverse(phone) text_pattern_ops)",
];

const PATIENT = "id, last_name, first_name, born, phone";
const APPOINTMENT = "id, code, patient_id, doctor_id, starts_at, minutes, status, reason";

async function patients(query) {
  if (query.has("phone_ends")) return byPhone(query.get("phone_ends"));
  const limit = Number(matching(query.get("limit") ?? "50", /^[0-9]{1,3}$/, "`limit` is a number from 1 to 500"));
  if (limit < 1 || limit > 500) throw new Refusal(400, "`limit` is a number from 1 to 500");
  let after = "";
  let values = [];
  if (query.has("cursor")) {
    after = "where (last_name, first_name, id) > ($2, $3, $4)";
    values = readCursor(query.get("cursor"));
  }
  const found = await database.rows(
    `select ${PATIENT} from patients ${after} order by last_name, first_name, id limit $1`,
    limit + 1,
    ...values,
  );
  const more = found.length > limit;
  return { patients: found.slice(0, limit), next: more ? writeCursor(found[limit - 1]) : null };
}

/** The last one who was shown: the next page begins after it, however many came before. */
function writeCursor({ last_name, first_name, id }) {
  return Buffer.from(JSON.stringify([last_name, first_name, id])).toString("base64url");
}

function readCursor(cursor) {
  const refusal = new Refusal(400, "`cursor` is what `next` told");
  let place;
  try {
    place = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    throw refusal;
  }
  const [last, first, id] = Array.isArray(place) ? place : [];
  if (typeof last !== "string" || typeof first !== "string" || !Number.isInteger(id)) throw refusal;
  return place;
}

async function byPhone(digits) {
  matching(digits, /^[0-9]{4,10}$/, "`phone_ends` is four to ten digits");
  const found = await database.rows(
    `select ${PATIENT} from patients where reverse(phone) like $1 order by last_name, first_name, id`,
    `${[...digits].reverse().join("")}%`,
  );
  return { patients: found, next: null };
}

async function history(query, patient) {
  await mustExist("patients", patient);
  const found = await database.rows(
    `select ${APPOINTMENT} from appointments where patient_id = $1 order by starts_at, id`,
    patient,
  );
  return { appointments: found.map(appointment) };
}

async function letters(query, patient) {
  await mustExist("patients", patient);
  const found = await database.rows(
    "select id, title, written_at, octet_length(scan) as bytes from letters where patient_id = $1 order by written_at, id",
    patient,
  );
  return { letters: found.map((row) => ({ ...row, written_at: time(row.written_at) })) };
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
  const end = new Date(begin.getTime() + 24 * 60 * 60 * 1000);
  const found = await database.rows(
    "select a.code, a.starts_at, a.minutes, a.status, d.name as doctor, p.id, p.last_name, p.first_name, p.phone, " +
      "(select count(*) from letters where letters.patient_id = a.patient_id) as letters " +
      "from appointments a join patients p on p.id = a.patient_id join doctors d on d.id = a.doctor_id " +
      "where a.starts_at >= $1 and a.starts_at < $2 order by a.starts_at, a.id",
    text,
    end.toISOString().slice(0, 10),
  );
  return { appointments: found.map(lineOfDay) };
}

function lineOfDay({ id, last_name, first_name, phone, ...row }) {
  return { ...row, starts_at: time(row.starts_at), patient: { id, last_name, first_name, phone } };
}

async function doctor(query, number) {
  const row = await database.row("select * from doctors where id = $1", number);
  if (!row) throw new Refusal(404, "there is no such doctor");
  const appointments = { ...NO_COUNTS };
  const groups = await database.rows(
    "select status, count(*) as n from appointments where doctor_id = $1 group by status",
    number,
  );
  for (const { status, n } of groups) appointments[status] = n;
  return { ...row, appointments };
}

async function nextBooked(query, number) {
  const from = query.get("from") ?? "";
  const wanted = "`from` is written as 2026-03-02T08:00:00";
  matching(from, /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$/, wanted);
  if (Number.isNaN(Date.parse(`${from}Z`))) throw new Refusal(400, wanted);
  await mustExist("doctors", number);
  const found = await database.rows(
    `select ${APPOINTMENT} from appointments where doctor_id = $1 and status = 'booked' and starts_at >= $2 ` +
      "order by starts_at, id limit 5",
    number,
    from,
  );
  return { appointments: found.map(appointment) };
}

async function report(query, year) {
  matching(year, /^[12][0-9]{3}$/, "a year is written as 2026");
  const months = Array.from({ length: 12 }, (_, index) => ({ month: index + 1, ...NO_COUNTS }));
  const groups = await database.rows(
    "select extract(month from starts_at)::int as month, status, count(*) as n from appointments " +
      "where starts_at >= $1 and starts_at < $2 group by extract(month from starts_at)::int, status",
    `${year}-01-01`,
    `${Number(year) + 1}-01-01`,
  );
  for (const { month, status, n } of groups) months[month - 1][status] = n;
  return { months };
}

async function cancel(query, code) {
  if (!/^[0-9]{10}$/.test(code)) throw new Refusal(404, "there is no such booking");
  // A text, as it is kept: compared with a number, each row's code would have to be read as one.
  const changed = await database.change(
    "update appointments set status = 'cancelled' where code = $1 and status = 'booked'",
    code,
  );
  const row = await database.row("select code, status from appointments where code = $1", code);
  if (!row) throw new Refusal(404, "there is no such booking");
  if (!changed && row.status !== "cancelled") throw new Refusal(409, `this appointment is ${row.status}`);
  return row;
}

async function mustExist(table, number) {
  const row = await database.row(`select id from ${table} where id = $1`, number);
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
