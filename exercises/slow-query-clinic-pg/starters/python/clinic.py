"""What the clinic's pages ask the database. Every answer is right, and most of them are slow: mend that, and change no answer."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime

from refusal import Refusal

STATUSES = "booked", "cancelled", "done", "missed"

# Done in this order before the server listens, at every start: each must do no harm when it was done before.
MIGRATIONS = []


def patients(database, query):
    if "phone_ends" in query:
        return by_phone(database, query["phone_ends"])
    limit = query.get("limit", "50")
    if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= 500:
        raise Refusal(400, "`limit` is a number from 1 to 500")
    limit, skipped = int(limit), 0
    if "cursor" in query:
        skipped = read_cursor(query["cursor"])
    found = database.rows(
        "select * from patients order by last_name, first_name, id limit %s offset %s", limit + 1, skipped
    )
    more = len(found) > limit
    return {
        "patients": [patient(row) for row in found[:limit]],
        "next": write_cursor(skipped + limit) if more else None,
    }


def write_cursor(skipped):
    return urlsafe_b64encode(str(skipped).encode()).decode("ascii")


def read_cursor(cursor):
    try:
        return int(urlsafe_b64decode(cursor.encode("ascii")))
    except ValueError:
        raise Refusal(400, "`cursor` is what `next` told") from None


def by_phone(database, digits):
    if not re.fullmatch("[0-9]{4,10}", digits):
        raise Refusal(400, "`phone_ends` is four to ten digits")
    found = database.rows(
        "select * from patients where phone like %s order by last_name, first_name, id", "%" + digits
    )
    return {"patients": [patient(row) for row in found], "next": None}


def history(database, query, patient_id):
    must_exist(database, "patients", patient_id)
    found = database.rows("select * from appointments where patient_id = %s order by starts_at, id", patient_id)
    return {"appointments": [appointment(row) for row in found]}


def letters(database, query, patient_id):
    must_exist(database, "patients", patient_id)
    found = database.rows("select * from letters where patient_id = %s order by written_at, id", patient_id)
    return {
        "letters": [
            {
                "id": row["id"],
                "title": row["title"],
                "written_at": row["written_at"].isoformat(),
                "bytes": len(row["scan"].encode()),
            }
            for row in found
        ]
    }


def letter(database, query, letter_id):
    row = database.row("select * from letters where id = %s", letter_id)
    if row is None:
        raise Refusal(404, "there is no such letter")
    return {**row, "written_at": row["written_at"].isoformat()}


def day(database, query, text):
    if not re.fullmatch("[12][0-9]{3}-[0-9]{2}-[0-9]{2}", text):
        raise Refusal(400, "a day is written as 2026-03-02")
    try:
        date.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "there is no such day") from None
    found = database.rows(
        "select * from appointments where to_char(starts_at, 'YYYY-MM-DD') = %s order by starts_at, id", text
    )
    return {"appointments": [line_of_day(database, row) for row in found]}


def line_of_day(database, row):
    who = database.row("select * from patients where id = %s", row["patient_id"])
    doctor = database.row("select * from doctors where id = %s", row["doctor_id"])
    letters = database.row("select count(*) as n from letters where patient_id = %s", row["patient_id"])
    return {
        "code": row["code"],
        "starts_at": row["starts_at"].isoformat(),
        "minutes": row["minutes"],
        "status": row["status"],
        "doctor": doctor["name"],
        "patient": {name: who[name] for name in ("id", "last_name", "first_name", "phone")},
        "letters": letters["n"],
    }


def doctor(database, query, doctor_id):
    row = database.row("select * from doctors where id = %s", doctor_id)
    if row is None:
        raise Refusal(404, "there is no such doctor")
    counts = dict.fromkeys(STATUSES, 0)
    for appointment in database.rows("select * from appointments where doctor_id = %s", doctor_id):
        counts[appointment["status"]] += 1
    return {**row, "appointments": counts}


def next_booked(database, query, doctor_id):
    try:
        since = datetime.strptime(query.get("from", ""), "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise Refusal(400, "`from` is written as 2026-03-02T08:00:00") from None
    must_exist(database, "doctors", doctor_id)
    found = database.rows(
        "select * from appointments where doctor_id = %s and status = 'booked' and starts_at >= %s order by starts_at, id limit 5",
        doctor_id,
        since,
    )
    return {"appointments": [appointment(row) for row in found]}


def report(database, query, year):
    if not re.fullmatch("[12][0-9]{3}", year):
        raise Refusal(400, "a year is written as 2026")
    months = [{"month": month, **dict.fromkeys(STATUSES, 0)} for month in range(1, 13)]
    for row in database.rows("select * from appointments where to_char(starts_at, 'YYYY') = %s", year):
        months[row["starts_at"].month - 1][row["status"]] += 1
    return {"months": months}


def cancel(database, query, code):
    if not re.fullmatch("[0-9]{10}", code):
        raise Refusal(404, "there is no such booking")
    code = int(code)
    changed = database.change(
        "update appointments set status = 'cancelled' where code::bigint = %s and status = 'booked'", code
    )
    row = database.row("select code, status from appointments where code::bigint = %s", code)
    if row is None:
        raise Refusal(404, "there is no such booking")
    if not changed and row["status"] != "cancelled":
        raise Refusal(409, f"this appointment is {row['status']}")
    return row


def must_exist(database, table, number):
    if database.row(f"select * from {table} where id = %s", number) is None:
        raise Refusal(404, f"there is nobody with the number {number}")


def patient(row):
    return {**row, "born": row["born"].isoformat()}


def appointment(row):
    return {**row, "starts_at": row["starts_at"].isoformat()}
