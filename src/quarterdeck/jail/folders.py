"""Session folders on the host. What lies in them may have been written by a jail, so nothing in them is opened by a
path: always one name at a time, from an open folder, never through a link."""

import errno
import os
import stat
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

SESSIONS = "sessions"
SHIM = "shim"
CHANNEL = "channel"
DOCUMENTS = "documents"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
MAX_DEPTH = 16


@contextmanager
def opened(name: str | Path, within: int | None = None) -> Generator[int]:
    """A folder's descriptor. Raises OSError where `name` is no folder, or a link."""
    fd = os.open(name, FOLDER, dir_fd=within)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def shim_folder(state: Path, session_id: UUID) -> Generator[int]:
    """The shim's folder of a session. Raises FileNotFoundError where there is none."""
    with opened(state / SESSIONS) as sessions, opened(str(session_id), sessions) as session:
        with opened(SHIM, session) as shim:
            yield shim


def make_place(state: Path) -> None:
    """The driver's own folder; the jail's user passes through it and reads nothing in it."""
    (state / SESSIONS).mkdir(mode=0o711, parents=True, exist_ok=True)


def make_shim_folder(state: Path, session_id: UUID, uid: int | None) -> None:
    """Makes it, and what is above it where that is missing, for the jail's user."""
    make_place(state)
    with opened(state / SESSIONS) as sessions:
        make(str(session_id), sessions, uid)
        with opened(str(session_id), sessions) as session:
            os.mkdir(SHIM, 0o700, dir_fd=session)
            _give(SHIM, session, uid)


def make_channel(state: Path, session_id: UUID, uid: int | None) -> Path:
    """The folder in which the shim waits for its agent, and which the container sees; it marks a jail of Docker's."""
    with shim_folder(state, session_id) as shim:
        os.mkdir(CHANNEL, 0o700, dir_fd=shim)
        _give(CHANNEL, shim, uid)
    return state / SESSIONS / str(session_id) / SHIM / CHANNEL


def make_documents(state: Path, session_id: UUID, uid: int | None, texts: Mapping[str, str]) -> list[Path]:
    """Files that a container sees, readable for whoever is in it; in a folder of the shim's."""
    if not texts:
        return []
    with shim_folder(state, session_id) as shim:
        os.mkdir(DOCUMENTS, 0o700, dir_fd=shim)
        with opened(DOCUMENTS, shim) as folder:
            for name, text in texts.items():
                _write(name, folder, text.encode())
        _give(DOCUMENTS, shim, uid)
    return [state / SESSIONS / str(session_id) / SHIM / DOCUMENTS / name for name in texts]


def _write(name: str, within: int, data: bytes) -> None:
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o444, dir_fd=within)
    with open(fd, "wb") as file:  # noqa: PTH123 - of a descriptor
        os.fchmod(fd, 0o444)
        file.write(data)


def has_channel(state: Path, session_id: UUID) -> bool:
    try:
        with shim_folder(state, session_id) as shim:
            return _is_folder(CHANNEL, shim)
    except OSError:
        return False


def make(name: str, within: int, uid: int | None) -> None:
    """A folder for the jail's user, unless there is one."""
    try:
        os.mkdir(name, 0o700, dir_fd=within)
    except FileExistsError:
        return
    _give(name, within, uid)


def _give(name: str, within: int, uid: int | None) -> None:
    if uid is not None and os.geteuid() == 0:
        os.chown(name, uid, uid, dir_fd=within, follow_symlinks=False)


def sessions_with_shim(state: Path) -> list[UUID]:
    return sessions_with(state, SHIM)


def sessions_with(state: Path, inner: str) -> list[UUID]:
    """Sessions that have such a folder."""
    found: list[UUID] = []
    try:
        with opened(state / SESSIONS) as sessions:
            for name in os.listdir(sessions):  # noqa: PTH208 - of a descriptor
                session_id = _as_id(name)
                # one name at a time: the session's own may be a link, which stat would go through
                if session_id and _is_folder(name, sessions) and _is_folder(f"{name}/{inner}", sessions):
                    found.append(session_id)
    except FileNotFoundError:
        return []
    return sorted(found)


def _as_id(name: str) -> UUID | None:
    try:
        parsed = UUID(name)
    except ValueError:
        return None
    return parsed if str(parsed) == name else None


def _is_folder(name: str, within: int) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=within, follow_symlinks=False).st_mode)
    except OSError:
        return False


def remove_shim_folder(state: Path, session_id: UUID) -> None:
    remove_folder(state, session_id, SHIM)


def remove_folder(state: Path, session_id: UUID, inner: str) -> None:
    """Removes it and, if nothing else is in it, the session's. Nothing there: nothing happens."""
    try:
        with opened(state / SESSIONS) as sessions:
            with opened(str(session_id), sessions) as session:
                _remove(inner, session, MAX_DEPTH)
            os.rmdir(str(session_id), dir_fd=sessions)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:
            raise


def remove_all(name: str, within: int) -> None:
    """A folder and what is in it, to a depth. Raises OSError."""
    _remove(name, within, MAX_DEPTH)


def _remove(name: str, within: int, depth: int) -> None:
    if not _is_folder(name, within):
        os.unlink(name, dir_fd=within)
        return
    if depth:
        with opened(name, within) as folder:
            for inner in os.listdir(folder):  # noqa: PTH208 - of a descriptor
                _remove(inner, folder, depth - 1)
    os.rmdir(name, dir_fd=within)


def read_small(name: str, within: int, most: int = 65536) -> bytes:
    """The start of a regular file. Raises OSError for anything else; never waits for a FIFO."""
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=within)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", name)
        return os.read(fd, most)
    finally:
        os.close(fd)
