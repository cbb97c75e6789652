cd "$DATA_DIR/restored" && printf x > older && printf y > wheel.txt
