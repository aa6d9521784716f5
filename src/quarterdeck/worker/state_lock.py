"""One worker process per state folder: the kernel lets go of the lock when its process is gone."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from quarterdeck.domain.errors import ConflictError


@contextmanager
def locked(state_dir: Path) -> Generator[None, None, None]:
    """Raises ConflictError where another process has it. Children do not inherit it."""
    state_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    path = state_dir / "lock"
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(
                f"Another worker works in {state_dir}.", "Stop it, or give this one another QD_DATA_DIR."
            ) from None
        yield
    finally:
        os.close(opened)
