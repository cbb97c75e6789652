# Names that a shell would rather not meet.
set -e
mkdir -p "$DATA_DIR/uploads/deep/er/and/deeper" "$DATA_DIR/uploads/a  b"
cd "$DATA_DIR/uploads"
printf dash > ./-rf
printf quotes > "a  b/c'd\"e.txt"
printf x > deep/er/and/deeper/x
printf dot > .hidden
printf dollar > '$(touch broken)'
