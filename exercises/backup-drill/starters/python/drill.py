"""backup FILE, restore FILE: see README.md."""
import glob
import os
import subprocess
import sys

programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
os.environ["PATH"] = ":".join(programs[-1:] + [os.environ["PATH"]])


def backup(archive):
    # Last night's job. It has always said OK.
    with open(archive, "wb") as out:
        subprocess.run(["pg_dump", "--schema=workshop", "--schema-only", os.environ["DB_URL"]], stdout=out)
    print("OK")


def restore(archive):
    subprocess.run(["psql", "-qX", os.environ["SPARE_URL"], "-f", archive])
    print("OK")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("backup", "restore"):
        sys.exit("usage: drill.py backup FILE | restore FILE")
    {"backup": backup, "restore": restore}[sys.argv[1]](sys.argv[2])
