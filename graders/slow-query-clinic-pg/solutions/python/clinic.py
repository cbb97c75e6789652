"""What the clinic's pages ask the database: for each as little as it shows, found by an index."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime, timedelta

from refusal import Refusal

STATUSES = "booked", "cancelled", "done", "missed"

# Done in this order before the server listens, at every start: each must do no harm when it was done before.
MIGRATIONS = [
    "create index if not exists by_patient on appointments (patient_id, starts_at)",
    # First what is compared with =, then what the order is; whoever counts by status finds all that it needs in here.
    "create index if not exists by_doctor on appointments (doctor_id, status, starts_at, id)",
    # The report needs nothing but the index. It begins as the old one does, which goes.
    "create index if not exists by_time_and_status on appointments (starts_at, status)",
    "drop index if exists by_time",
    "create index if not exists by_name on patients (last_name, first_name, id)",
    # An end is a beginning, read backwards. The index keeps it, whoever writes.
    "create index if not exists by_phone on patients (reverse(phone) text_pattern_ops)",
]

PATIENT = "id, last_name, first_name, born, phone"
APPOINTMENT = "id, code, patient_id, doctor_id, starts_at, minutes, status, reason"


def patients(database, query):
    if "phone_ends" in query:
        return by_phone(database, query["phone_ends"])
    limit = query.get("limit", "50")
    if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= 500:
        raise Refusal(400, "`limit` is a number from 1 to 500")
    limit = int(limit)
    after, values = "", ()
    if "cursor" in query:
        last, first, number = read_cursor(query["cursor"])
        after, values = "where (last_name, first_name, id) > (%s, %s, %s)", (last, first, number)
    found = database.rows(
        f"select {PATIENT} from patients {after} order by last_name, first_name, id limit %s", *values, limit + 1
    )
    more = len(found) > limit
    return {
        "patients": [patient(row) for row in found[:limit]],
        "next": write_cursor(found[limit - 1]) if more else None,
    }


def write_cursor(row):
    """The last one who was shown: the next page begins after it, however many came before."""
    return urlsafe_b64encode(json.dumps([row["last_name"], row["first_name"], row["id"]]).encode()).decode("ascii")


def read_cursor(cursor):
    try:
        last, first, number = json.loads(urlsafe_b64decode(cursor.encode("ascii")))
    except (ValueError, TypeError):
        raise Refusal(400, "`cursor` is what `next` told") from None
    if not isinstance(last, str) or not isinstance(first, str) or not isinstance(number, int):
        raise Refusal(400, "`cursor` is what `next` told")
    return last, first, number


def by_phone(database, digits):
    if not re.fullmatch("[0-9]{4,10}", digits):
        raise Refusal(400, "`phone_ends` is four to ten digits")
    found = database.rows(
        f"select {PATIENT} from patients where reverse(phone) like %s order by last_name, first_name, id",
        digits[::-1] + "%",
    )
    return {"patients": [patient(row) for row in found], "next": None}


def history(database, query, patient_id):
    must_exist(database, "patients", patient_id)
    found = database.rows(
        f"select {APPOINTMENT} from appointments where patient_id = %s order by starts_at, id", patient_id
    )
    return {"appointments": [appointment(row) for row in found]}


def letters(database, query, patient_id):
    must_exist(database, "patients", patient_id)
    found = database.rows(
        "select id, title, written_at, octet_length(scan) as bytes from letters where patient_id = %s order by written_at, id",
        patient_id,
    )
    return {"letters": [{**row, "written_at": row["written_at"].isoformat()} for row in found]}


def letter(database, query, letter_id):
    row = database.row("select * from letters where id = %s", letter_id)
    if row is None:
        raise Refusal(404, "there is no such letter")
    return {**row, "written_at": row["written_at"].isoformat()}


def day(database, query, text):
    if not re.fullmatch("[12][0-9]{3}-[0-9]{2}-[0-9]{2}", text):
        raise Refusal(400, "a day is written as 2026-03-02")
    try:
        begin = date.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "there is no such day") from None
    found = database.rows(
        "select a.code, a.starts_at, a.minutes, a.status, d.name as doctor, p.id, p.last_name, p.first_name, p.phone, "
        "(select count(*) from letters where letters.patient_id = a.patient_id) as letters "
        "from appointments a join patients p on p.id = a.patient_id join doctors d on d.id = a.doctor_id "
        "where a.starts_at >= %s and a.starts_at < %s order by a.starts_at, a.id",
        begin,
        begin + timedelta(days=1),
    )
    return {"appointments": [line_of_day(row) for row in found]}


def line_of_day(row):
    return {
        "code": row["code"],
        "starts_at": row["starts_at"].isoformat(),
        "minutes": row["minutes"],
        "status": row["status"],
        "doctor": row["doctor"],
        "patient": {name: row[name] for name in ("id", "last_name", "first_name", "phone")},
        "letters": row["letters"],
    }


def doctor(database, query, doctor_id):
    row = database.row("select * from doctors where id = %s", doctor_id)
    if row is None:
        raise Refusal(404, "there is no such doctor")
    counts = dict.fromkeys(STATUSES, 0)
    for group in database.rows(
        "select status, count(*) as n from appointments where doctor_id = %s group by status", doctor_id
    ):
        counts[group["status"]] = group["n"]
    return {**row, "appointments": counts}


def next_booked(database, query, doctor_id):
    try:
        since = datetime.strptime(query.get("from", ""), "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise Refusal(400, "`from` is written as 2026-03-02T08:00:00") from None
    must_exist(database, "doctors", doctor_id)
    found = database.rows(
        f"select {APPOINTMENT} from appointments where doctor_id = %s and status = 'booked' and starts_at >= %s "
        "order by starts_at, id limit 5",
        doctor_id,
        since,
    )
    return {"appointments": [appointment(row) for row in found]}


def report(database, query, year):
    if not re.fullmatch("[12][0-9]{3}", year):
        raise Refusal(400, "a year is written as 2026")
    months = [{"month": month, **dict.fromkeys(STATUSES, 0)} for month in range(1, 13)]
    for group in database.rows(
        "select extract(month from starts_at)::int as month, status, count(*) as n from appointments "
        "where starts_at >= %s and starts_at < %s group by extract(month from starts_at)::int, status",
        f"{year}-01-01",
        f"{int(year) + 1}-01-01",
    ):
        months[group["month"] - 1][group["status"]] = group["n"]
    return {"months": months}


def cancel(database, query, code):
    if not re.fullmatch("[0-9]{10}", code):
        raise Refusal(404, "there is no such booking")
    # A text, as it is kept: compared with a number, each row's code would have to be read as one.
    changed = database.change(
        "update appointments set status = 'cancelled' where code = %s and status = 'booked'", code
    )
    row = database.row("select code, status from appointments where code = %s", code)
    if row is None:
        raise Refusal(404, "there is no such booking")
    if not changed and row["status"] != "cancelled":
        raise Refusal(409, f"this appointment is {row['status']}")
    return row


def must_exist(database, table, number):
    if database.row(f"select id from {table} where id = %s", number) is None:
        raise Refusal(404, f"there is nobody with the number {number}")


def patient(row):
    return {**row, "born": row["born"].isoformat()}


def appointment(row):
    return {**row, "starts_at": row["starts_at"].isoformat()}
