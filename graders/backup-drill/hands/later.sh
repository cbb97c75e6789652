cd "$DATA_DIR/uploads" && rm -r bills && printf later > wheel.txt
