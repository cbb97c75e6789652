# What was restored: a checksum and a name for each file.
cd "$DATA_DIR/restored" || exit 1
find . -type f | LC_ALL=C sort | while IFS= read -r file; do
  printf '%s %s\n' "$(sha256sum < "$file" | cut -c 1-12)" "$file"
done
