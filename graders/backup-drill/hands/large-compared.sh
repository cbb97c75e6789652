cmp "$DATA_DIR/uploads/large" "$DATA_DIR/restored/large"
