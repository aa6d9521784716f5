"""What a session's shell was like after each command: its working directory and exports, beside the session's trees.

They are no part of the log, since people export secrets. A file lists the commands in the order they ended, each with
the digest of the state it left; a state is a file of its own. Only workers read them, and give them to jails: on this
host, and on another through a pack in the object store.
"""

import os
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import msgspec

from quarterdeck.adapters.git.files import write_atomically
from quarterdeck.adapters.git.removal import remove_tree

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


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the list, with the states that it names."""

    commands: list[tuple[str, str]]
    states: dict[str, bytes]


def packed(folder: Path, after: int, may_leave: Callable[[bytes], bool]) -> tuple[bytes, int] | None:
    """The list beyond its first `after` entries, encoded, and how many it has. None: no more than those."""
    names = _names(folder)
    if len(names) <= after:
        return None
    found = {name: (folder / name).read_bytes() for _, name in names[after:] if name not in {FRESH, UNKNOWN}}
    states = {name: state for name, state in found.items() if may_leave(state)}
    commands = [(by, UNKNOWN if name in found and name not in states else name) for by, name in names[after:]]
    return msgspec.msgpack.encode(Pack(commands=commands, states=states)), len(names)


def unpack(folder: Path, packs: Sequence[bytes]) -> None:
    """Puts what they hold in place of what is there. Raises ValueError where one is not what `packed` makes."""
    try:
        found = [msgspec.msgpack.decode(pack, type=Pack) for pack in packs]
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    states = {name: state for pack in found for name, state in pack.states.items()}
    if any(sha256(state).hexdigest() != name for name, state in states.items()):
        raise ValueError("a state is not what its name says")
    if any(name not in {FRESH, UNKNOWN, *states} for pack in found for _, name in pack.commands):
        raise ValueError("it names a state that is in none of them")
    lines = "".join(f"{UUID(by)} {name}\n" for pack in found for by, name in pack.commands)
    remove_tree(folder)
    folder.mkdir(mode=0o700)
    for name, state in states.items():
        write_atomically(folder / name, state)
    write_atomically(folder / LIST, lines.encode("ascii"))


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
