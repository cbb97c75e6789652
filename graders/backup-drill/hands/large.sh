mkdir -p "$DATA_DIR/uploads" && head -c 3000000 /dev/urandom > "$DATA_DIR/uploads/large"
