"""The log files of the children: kept small, and their last words."""

import shutil
from pathlib import Path

LARGEST_BYTES = 16 * 1024**2


def keep_small(folder: Path, largest: int = LARGEST_BYTES) -> None:
    """Moves what a log that grew too large holds into its `.1`. Its writers append, so they go on at the new start."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > largest:
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            with log.open("r+b") as file:
                file.truncate(0)


def log_tail(path: Path | None, lines: int = 1, room: int = 4096) -> str:
    """The last lines of a log, in one; empty where there is none."""
    if path is None or not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - room, 0))
        return last_lines(file.read().decode(errors="replace"), lines)


def read_from(path: Path | None, offset: int) -> tuple[bytes, int]:
    """What a log holds from there on, and the offset after it. One that became shorter is read from its start."""
    if path is None or not path.exists():
        return b"", 0
    with path.open("rb") as file:
        file.seek(offset if offset <= path.stat().st_size else 0)
        found = file.read()
        return found, file.tell()


def last_lines(text: str, lines: int = 3) -> str:
    return " / ".join(line.strip() for line in text.strip().splitlines()[-lines:])
