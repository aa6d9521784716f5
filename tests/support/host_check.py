"""What a host holds of sessions, by the kernel, compared with what the log has: each is there, and nothing else is."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tests.support.deck import Deck
from tests.support.repositories import JAIL_UID

from quarterdeck.application.journal import Journal
from quarterdeck.application.streams import COMMAND
from quarterdeck.domain.command import RunningCommand
from quarterdeck.domain.session_state import ReadySession
from quarterdeck.jail import folders, ruins
from quarterdeck.jail.cgroups.sessions import SessionGroups, tag

UID = os.getuid() if JAIL_UID is None else JAIL_UID
A_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PROC = Path("/proc")


@dataclass(frozen=True)
class Host:
    """`state`: of jails and workspaces; `marks`: the worker's own folder."""

    state: Path
    marks: Path

    def processes(self) -> dict[int, UUID]:
        """Living ones by whose they are: by control group, or by the working directory as the kernel knows it."""
        found: dict[int, UUID] = {}
        for entry in PROC.iterdir():
            if entry.name.isdigit() and not _is_zombie(entry):
                whose = _first(self._group_of(entry), self._place_of(entry))
                if whose:
                    found[int(entry.name)] = whose
        return found

    def groups(self) -> set[UUID]:
        return set(SessionGroups(self.state, UID).sessions())

    def mounts(self) -> set[UUID]:
        """In any mount namespace of any process."""
        seen: set[str] = set()
        found: set[UUID] = set()
        for entry in PROC.iterdir():
            if entry.name.isdigit():
                try:
                    space = str((entry / "ns" / "mnt").readlink())
                    if space not in seen:
                        seen.add(space)
                        lines = (entry / "mountinfo").read_text().splitlines()
                        found |= {each for line in lines if str(self.state) in line for each in _uuids(line)}
                except OSError:
                    continue
        return found & self._known_names()

    def devices(self) -> set[UUID]:
        """Loop devices that a session's disk is attached to."""
        files = (_read(entry) for entry in Path("/sys/block").glob("loop*/loop/backing_file"))
        return {each for file in files if str(self.state) in file for each in _uuids(file)}

    def proxy(self, session_id: UUID) -> int | None:
        """The living one of its network."""
        place = str(self.state.resolve() / folders.SESSIONS / str(session_id) / "egress")
        for pid, whose in self.processes().items():
            if whose == session_id:
                try:
                    if str((PROC / str(pid) / "cwd").readlink()) == place:
                        return pid
                except OSError:
                    continue
        return None

    def folders(self) -> set[UUID]:
        """Of jails, copies, disks, records and marks. Stores of trees are kept for good."""
        places = [*(self.state / name for name in ("sessions", "disks", "workspaces")), self.marks / "held"]
        return {each for place in places if place.is_dir() for path in place.iterdir() for each in _uuids(path.name)}

    def standing(self, session_id: UUID) -> bool:
        """Whether the processes that its jail's record names live."""
        try:
            with folders.shim_folder(self.state, session_id) as folder:
                found = ruins.look(folder, UID)
        except OSError:
            return False
        found.close()
        return found.shim is not None and found.first is not None

    def _known_names(self) -> set[UUID]:
        """Session ids: paths hold those of projects as well."""
        trees = self.state / "trees"
        return {each for path in trees.iterdir() for each in _uuids(path.name)} if trees.is_dir() else set()

    def _group_of(self, entry: Path) -> str:
        return _after(_read(entry / "cgroup"), f"quarterdeck/{tag(self.state)}/")

    def _place_of(self, entry: Path) -> str:
        try:
            return _after(str((entry / "cwd").readlink()), f"{self.state.resolve() / folders.SESSIONS}/")
        except OSError:
            return ""


async def check(deck: Deck, host: Host) -> None:
    """Fails with what is there and should not be, or is said and not there."""
    live = {session_id async for session_id in _live(deck)}
    for what, found in (
        ("processes", set(host.processes().values())),
        ("control groups", host.groups()),
        ("mounts", host.mounts()),
        ("loop devices", host.devices()),
        ("folders", host.folders()),
    ):
        assert found <= live, f"{what} without an owner: {found - live}"
    for session_id in live:
        assert host.standing(session_id), f"session {session_id} is said to stand"


async def _live(deck: Deck) -> AsyncIterator[UUID]:
    """Sessions that the log has on a worker; what runs in them is checked on the way."""
    journal = Journal(deck.log, "checker")
    opened = {e.stream_id for e in await deck.log.read(0, 100_000) if e.topic == "SessionOpened"}
    for session_id in opened:
        ready = isinstance(await deck.session(session_id), ReadySession)
        for command_id in await journal.commands_of(session_id):
            state = (await COMMAND.load(deck.log, command_id)).state
            assert ready or not isinstance(state, RunningCommand), f"command {command_id} is said to run"
        if ready:
            yield session_id


def _uuids(text: str) -> Iterator[UUID]:
    return (UUID(each) for each in A_UUID.findall(text))


def _after(text: str, mark: str) -> str:
    return text.partition(mark)[2]


def _first(*texts: str) -> UUID | None:
    return next((UUID(found[0]) for text in texts if (found := A_UUID.match(text))), None)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _is_zombie(entry: Path) -> bool:
    stat = _read(entry / "stat").rpartition(")")[2].split()
    return not stat or stat[0] in "ZX"
