"""Keeps the log files of the children small."""

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
