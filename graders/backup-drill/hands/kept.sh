cat "$DATA_DIR/restored/kept" "$DATA_DIR/restored/wheel.txt"
