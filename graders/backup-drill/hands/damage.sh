# Archives that are not whole: one is cut, one is empty, and of each of the others one byte is another.
set -e
size=$(stat -c %s whole.archive)
head -c $((size * 2 / 3)) whole.archive > cut.archive
: > empty.archive
for part in 2 3 5 20; do
  at=$((size - size / part))
  old=$(dd if=whole.archive bs=1 skip=$at count=1 2> /dev/null | od -An -tu1)
  cp whole.archive flipped-$part.archive
  printf "\\$(printf %o $(((old + 1) % 256)))" | dd of=flipped-$part.archive bs=1 seek=$at conv=notrunc 2> /dev/null
  ! cmp -s whole.archive flipped-$part.archive
done
