"""Tables that follow what happens: full-screen in a terminal, lines of changes elsewhere."""
