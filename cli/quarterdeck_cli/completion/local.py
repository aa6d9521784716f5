"""Names of files here."""

import os
from collections.abc import Sequence

MOST_FILES = 1000


def local_names(folder: str) -> Sequence[str]:
    """Of a folder here; nothing where it cannot be read."""
    names: list[str] = []
    try:
        with os.scandir(os.path.expanduser(folder or ".")) as entries:  # noqa: PTH111 - pathlib is half of a Tab's time
            for entry in entries:
                names.append(f"{entry.name}/" if entry.is_dir() else entry.name)
                if len(names) >= MOST_FILES:
                    break
    except OSError:
        pass
    return sorted(names)
