"""Following a command: its output, its end, its input and its terminal."""
