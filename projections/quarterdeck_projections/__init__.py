"""Read models: what the log says, as tables to ask. Dropped and rebuilt at will."""
