"""What a session's shell was like after each command: its working directory and exports, beside the session's trees.

They are no part of the log, since people export secrets. A file lists the commands in the order they ended, each with
the digest of the state it left; a state is a file of its own. Only the worker reads them, and gives them to jails.
"""

import os
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from quarterdeck.adapters.git.files import write_atomically

LIST = "commands"
FRESH, UNKNOWN = "fresh", "unknown"
"""Instead of a digest."""


def keep(folder: Path, by: UUID, state: bytes | None, *, known: bool) -> None:
    """See `Workspaces.keep_shell`."""
    folder.mkdir(mode=0o700, exist_ok=True)
    name = _name(folder, state) if known else UNKNOWN
    if state and known and not (folder / name).exists():
        write_atomically(folder / name, state)
    with (folder / LIST).open("a", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(f"{by} {name}\n")


def find(folder: Path, command_id: UUID | None, *, before: bool) -> bytes | None:
    """The state after a command, or before it; without one the newest. Empty: a fresh one. None: it was not kept."""
    names = _names(folder)
    if command_id is not None:
        at = next((i for i in range(len(names) - 1, -1, -1) if names[i][0] == str(command_id)), None)
        if at is None:
            return None
        names = names[: at if before else at + 1]
    name = names[-1][1] if names else FRESH
    if name == UNKNOWN:
        return None
    return b"" if name == FRESH else (folder / name).read_bytes()


def _name(folder: Path, state: bytes | None) -> str:
    if state is None:
        names = _names(folder)
        return names[-1][1] if names else FRESH
    return sha256(state).hexdigest() if state else FRESH


def _names(folder: Path) -> list[tuple[str, str]]:
    try:
        lines = (folder / LIST).read_text("ascii").splitlines()
    except FileNotFoundError:
        return []
    # a crash may have cut the last line off
    pairs = (line.partition(" ") for line in lines if len(line) > len(str(UUID(int=0))))
    return [(by, name) for by, _, name in pairs]
