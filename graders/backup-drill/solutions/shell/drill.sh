#!/usr/bin/env bash
# backup FILE, restore FILE: one archive, whose first line is the SHA-256 of the rest, a tar of the dump and the uploads.
set -euo pipefail
umask 077
PATH=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1):$PATH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

backup() {
  local archive=$1
  # One run of pg_dump is one transaction, and sees one moment.
  pg_dump --schema=workshop --no-owner --no-privileges --file="$work/database.sql" "$DB_URL"
  mkdir "$work/uploads"
  if [ -d "$DATA_DIR/uploads" ]; then
    cp -a "$DATA_DIR/uploads/." "$work/uploads/"
  fi
  tar -C "$work" -cf "$work/all.tar" database.sql uploads
  { sha256sum < "$work/all.tar"; cat "$work/all.tar"; } > "$work/archive"
  # In its place at once, or not at all; within one file system only.
  cp "$work/archive" "$archive.part"
  mv -f "$archive.part" "$archive"
}

restore() {
  local archive=$1
  head -n 1 "$archive" > "$work/sum"
  tail -n +2 "$archive" > "$work/all.tar"
  if ! sha256sum --status -c "$work/sum" < "$work/all.tar"; then
    echo "$archive is damaged: it is not restored" >&2
    exit 1
  fi
  tar -C "$work" -xf "$work/all.tar"
  psql -qX -1 -v ON_ERROR_STOP=1 -o /dev/null \
    -c 'set client_min_messages = warning' \
    -c 'drop schema if exists workshop cascade' \
    -f "$work/database.sql" "$SPARE_URL"
  rm -rf "$DATA_DIR/restored.part"
  cp -a "$work/uploads" "$DATA_DIR/restored.part"
  rm -rf "$DATA_DIR/restored"
  mv "$DATA_DIR/restored.part" "$DATA_DIR/restored"
}

case "${1:-} $#" in
  "backup 2") backup "$2" ;;
  "restore 2") restore "$2" ;;
  *) echo "usage: drill.sh backup FILE | restore FILE" >&2; exit 2 ;;
esac
