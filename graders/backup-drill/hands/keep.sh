printf kept > "$DATA_DIR/restored/kept"
