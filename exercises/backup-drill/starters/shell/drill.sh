#!/usr/bin/env bash
# backup FILE, restore FILE: see README.md.
PATH=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1):$PATH

backup() {
  # Last night's job. It has always said OK.
  pg_dump --schema=workshop --schema-only "$DB_URL" > "$1"
  echo OK
}

restore() {
  psql -qX "$SPARE_URL" -f "$1"
  echo OK
}

case "$1" in
  backup) backup "$2" ;;
  restore) restore "$2" ;;
  *) echo "usage: drill.sh backup FILE | restore FILE" >&2; exit 2 ;;
esac
