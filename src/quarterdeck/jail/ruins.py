"""What a shim left behind, checked against the kernel: a pid counts only with its start time, boot and user."""

import asyncio
import json
import os
import select
import signal
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from quarterdeck.jail import folders, strays
from quarterdeck.jail.cgroups.sessions import SessionGroups
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.shim import record

END_SECONDS = 15.0


class Recorded:
    """The processes that a record names and that still are the same ones, as pidfds."""

    def __init__(
        self, shim: int | None, first: int | None, shim_pid: int | None = None, first_pid: int | None = None
    ) -> None:
        self.shim = shim
        self.first = first
        self.shim_pid = None if shim is None else shim_pid
        self.first_pid = None if first is None else first_pid

    def close(self) -> None:
        for fd in (self.shim, self.first):
            if fd is not None:
                os.close(fd)


def look(folder: int, uid: int) -> Recorded:
    """Reads the record in a shim's folder. Processes that belong to another user are none of ours."""
    try:
        known = record.parse(folders.read_small(record.RECORD, folder))
        if known["boot"] != record.boot():
            return Recorded(None, None)
        shim_pid, shim_started = (int(number) for number in known["shim"])
        first_pid, first_started = (int(number) for number in known["first"])
    except (OSError, ValueError, KeyError, TypeError, json.JSONDecodeError):
        return Recorded(None, None)
    shim, first = _same(shim_pid, shim_started, uid), _same(first_pid, first_started, uid)
    return Recorded(shim, first, shim_pid, first_pid)


def _same(pid: int, started: int, uid: int) -> int | None:
    """A pidfd of the process, or None where it is gone or another one has its number."""
    try:
        fd = os.pidfd_open(pid)
    except (OSError, ValueError):
        return None
    # looked at after it was opened, so the number cannot pass to another process in between
    if record.started(pid) == started and _user(pid) == uid:
        return fd
    os.close(fd)
    return None


def _user(pid: int) -> int | None:
    """The real user id: /proc itself belongs to root for a process that may not be looked into."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("Uid:")), None)


async def clear(state: Path, session_id: UUID, uid: int) -> None:
    """Ends what the record names, waits until it is gone, and removes the session's groups and the shim's folder."""
    groups = SessionGroups(state, uid)
    await asyncio.to_thread(groups.end, session_id)
    await asyncio.to_thread(strays.end, state, session_id)
    try:
        with folders.shim_folder(state, session_id) as folder:
            found = look(folder, uid)
    except FileNotFoundError:
        await asyncio.to_thread(groups.remove, session_id)
        folders.remove_shim_folder(state, session_id)
        return
    except OSError as error:
        raise JailError(
            f"The folder of session {session_id} cannot be opened: {error.strerror}.",
            f"Look at {state / folders.SESSIONS / str(session_id)}; remove it if nothing in it is needed.",
        ) from error
    await asyncio.to_thread(end_both, found, session_id)
    await asyncio.to_thread(groups.remove, session_id)
    folders.remove_shim_folder(state, session_id)


def end_all(state: Path) -> list[UUID]:
    """Ends all jails on this host; no worker may work here. The sessions whose jail stood.

    Folders are left as they are: the next worker looks at them.
    """
    return [session_id for session_id in folders.sessions_with_shim(state) if _end_jail(state, session_id)]


def _end_jail(state: Path, session_id: UUID) -> bool:
    try:
        with folders.shim_folder(state, session_id) as folder:
            # whoever owns it runs the jail: root gave it to that user, who can give it to nobody
            uid = os.fstat(folder).st_uid
            found = look(folder, uid)
    except OSError:
        return False
    stood = found.shim is not None or found.first is not None
    groups = SessionGroups(state, uid)
    groups.end(session_id)
    end_both(found, session_id)
    groups.remove(session_id)
    return stood


def end_both(found: Recorded, session_id: UUID) -> None:
    """Kills them and waits until they are gone."""
    try:
        for fd in (found.shim, found.first):
            if fd is not None:
                _end(fd, session_id)
    finally:
        found.close()


def _end(pidfd: int, session_id: UUID) -> None:
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    if not _wait(pidfd):
        raise JailError(
            f"A process of session {session_id} cannot be ended.",
            "It hangs in the kernel: look for it with `ps`, and at the kernel's log.",
        )


def _wait(pidfd: int) -> bool:
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(END_SECONDS * 1000))
