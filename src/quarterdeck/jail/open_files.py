"""Files of a jail that were deleted while they are open: they take room, and no folder shows them."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from quarterdeck.jail import ruins
from quarterdeck.jail.abstract import WORKSPACE_PATH

_PREFIX, _DELETED = f"{WORKSPACE_PATH}/", " (deleted)"
_BLOCK = 512


def unlinked(folder: int, uid: int) -> tuple[int, int]:
    """Bytes and number of them, in the jail whose shim's folder is open as `folder`.

    Seen of processes that the kernel lets this user look into. Not seen: what is mapped and closed, or on its way
    through a socket.
    """
    found = ruins.look(folder, uid)
    try:
        inside = _payload_namespace(found.first_pid) if found.first_pid else None
    finally:
        found.close()
    files: dict[tuple[int, int], int] = {}
    if inside is not None:
        for pid in _pids(inside):
            files.update(_deleted_of(pid))
    return sum(files.values()), len(files)


def _payload_namespace(first: int) -> str | None:
    """The pid namespace of the jail, by a process in it that has been executed."""
    with suppress(OSError, IndexError):
        payload = Path(f"/proc/{first}/task/{first}/children").read_text().split()[0]
        return str(Path(f"/proc/{payload}/ns/pid").readlink())
    return None


def _pids(namespace: str) -> list[str]:
    return [name for name in os.listdir("/proc") if name.isdigit() and _namespace(name) == namespace]  # noqa: PTH208


def _namespace(pid: str) -> str | None:
    with suppress(OSError):
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    return None


def _deleted_of(pid: str) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    with suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208 - names only
            with suppress(OSError):
                found.update(_deleted(f"/proc/{pid}/fd/{name}"))
    return found


def _deleted(descriptor: str) -> dict[tuple[int, int], int]:
    """The path is the kernel's own word; whether the file has a name left is told by its link count."""
    target = str(Path(descriptor).readlink())
    if not (target.startswith(_PREFIX) and target.endswith(_DELETED)):
        return {}
    status = Path(descriptor).stat()
    if status.st_nlink or not stat.S_ISREG(status.st_mode):
        return {}
    return {(status.st_dev, status.st_ino): status.st_blocks * _BLOCK}
