"""What may come next in a line of words: a pure function, for the REPL and for shells."""
