"""How much of a file is read. It is written by whoever works in a session, so all of it is bounded."""

MAX_BYTES = 2 * 1024 * 1024
MAX_LINES = 100_000
MAX_BLOCKS = 100_000
"""Of Markdown: paragraphs, lists, quotes and so on, each on each level. What reading costs follows them."""
MAX_TASKS = 10_000
MAX_NESTING = 60
"""Levels of Markdown's blocks; a list in a list adds two."""
MAX_FINDINGS = 200
MAX_WORD = 2_000
"""Characters of a word that may be an attribute."""
MAX_PAIRS = 2_500
"""Items without an id times tasks without an item, up to which they are compared by how alike their titles are."""
