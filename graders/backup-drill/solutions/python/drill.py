"""backup FILE, restore FILE: an archive is a zip of the dump and the uploads, behind the SHA-256 of all of it."""
import glob
import hashlib
import io
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
os.environ["PATH"] = ":".join(programs[-1:] + [os.environ["PATH"]])
DATA = pathlib.Path(os.environ["DATA_DIR"])
SUM = hashlib.sha256().digest_size


def backup(archive):
    # One run of pg_dump is one transaction, and sees one moment.
    dump = run(["pg_dump", "--schema=workshop", "--no-owner", "--no-privileges", os.environ["DB_URL"]])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zip:
        zip.writestr("database.sql", dump)
        uploads = DATA / "uploads"
        for path in sorted(uploads.rglob("*")):
            name = "uploads/" + path.relative_to(uploads).as_posix()
            if path.is_dir():
                zip.writestr(name + "/", b"")
            elif path.is_file():
                zip.writestr(name, path.read_bytes())
    put(archive, hashlib.sha256(packed.getvalue()).digest() + packed.getvalue())


def put(archive, content):
    """In its place at once, or not at all."""
    part = archive + ".part"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, archive)
    finally:
        pathlib.Path(part).unlink(missing_ok=True)


def restore(archive):
    content = pathlib.Path(archive).read_bytes()
    if hashlib.sha256(content[SUM:]).digest() != content[:SUM]:
        sys.exit(f"{archive} is damaged: it is not restored")
    with zipfile.ZipFile(io.BytesIO(content[SUM:])) as zip:
        dump = zip.read("database.sql").decode()
        part, restored = DATA / "restored.part", DATA / "restored"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for entry in zip.infolist():
            if not entry.filename.startswith("uploads/"):
                continue
            path = part / entry.filename.removeprefix("uploads/")
            if entry.is_dir():
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(zip.read(entry))
    statements = "set client_min_messages = warning;\ndrop schema if exists workshop cascade;\n" + dump
    run(["psql", "-qX", "-1", "-v", "ON_ERROR_STOP=1", "-f", "-", os.environ["SPARE_URL"]], statements)
    shutil.rmtree(restored, ignore_errors=True)
    part.rename(restored)


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("backup", "restore"):
        sys.exit("usage: drill.py backup FILE | restore FILE")
    os.umask(0o077)
    {"backup": backup, "restore": restore}[sys.argv[1]](sys.argv[2])
