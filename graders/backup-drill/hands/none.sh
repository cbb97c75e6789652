rm -rf "$DATA_DIR/uploads"
