"""Shims whose folder was removed under them: their working directory, which the kernel still knows, says whose they
are."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from quarterdeck.jail import folders

PROC = Path("/proc")
GONE = " (deleted)"


def sessions(state: Path) -> list[UUID]:
    """Sessions of which a shim runs that no folder tells of."""
    return sorted({session_id for _, session_id in _found(state)})


def end(state: Path, session_id: UUID) -> None:
    """Ends them by descriptors opened before a second look, so that no other process is ever meant."""
    for pid, of in list(_found(state)):
        if of != session_id:
            continue
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)
            try:
                if _session_of(pid, _place(state)) == session_id:
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)


def _place(state: Path) -> str:
    return f"{state.resolve() / folders.SESSIONS}/"


def _found(state: Path) -> Iterator[tuple[int, UUID]]:
    place = _place(state)
    for entry in os.scandir(PROC):
        if entry.name.isdigit():
            session_id = _session_of(int(entry.name), place)
            if session_id is not None:
                yield int(entry.name), session_id


def _session_of(pid: int, place: str) -> UUID | None:
    """Whose shim it is, if it is one without a folder."""
    try:
        folder = str((PROC / str(pid) / "cwd").readlink())
    except OSError:
        # gone meanwhile, or another user's
        return None
    if not folder.startswith(place) or not folder.endswith(f"/{folders.SHIM}{GONE}"):
        return None
    with suppress(ValueError):
        return UUID(folder.removeprefix(place).split("/")[0])
    return None
