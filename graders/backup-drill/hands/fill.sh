# Uploads in folders: one of them empty, one that is no text.
set -e
mkdir -p "$DATA_DIR/uploads/bills/2026" "$DATA_DIR/uploads/photos"
cd "$DATA_DIR/uploads"
printf 'front wheel' > wheel.txt
printf 'Bill\n1\n' > 'bills/2026/03 March.txt'
: > bills/empty
printf '\000\377\n\000' > photos/räder.bin
