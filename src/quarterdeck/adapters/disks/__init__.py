"""A file system of its own for each session, in a sparse image: the kernel keeps a session to its room."""
