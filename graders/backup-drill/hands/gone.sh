rm -r "$DATA_DIR/uploads"
