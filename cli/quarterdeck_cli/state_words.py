"""States, as good, bad or waiting: so that they look alike wherever they are listed."""

from typing import Final

_GOOD: Final = ("ready", "running", "alive", "done")
_BAD: Final = ("firing", "critical", "conflict", "blocked", "over", "asks", "lost", "failed", "gone")
_WAITS: Final = ("paused", "queued", "opening", "closing", "near", "warning", "acknowledged")
_MARKS: Final = {**dict.fromkeys(_GOOD, "good"), **dict.fromkeys(_BAD, "bad"), **dict.fromkeys(_WAITS, "waits")}
COLUMNS: Final = frozenset({"STATE", "STATUS", "SEVERITY", ""})
"""Those that say so; a title may be any word."""


def mark(column: str, text: str) -> str:
    """`good`, `bad`, `waits`, or nothing. The cell says it in words as well."""
    words = text.partition(",")[0].split()
    return _MARKS.get(words[-1].lower(), "") if words and column.rstrip("▲▼") in COLUMNS else ""
