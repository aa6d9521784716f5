"""Packs of the trees of `MemoryWorkspaces`: a file that names them. A host is one of these; hosts share the trees."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from pathlib import Path
from uuid import UUID

from quarterdeck.application.ports.packs import Pack, ShellPack, SnapshotToPack
from quarterdeck.application.trees import Home
from quarterdeck.domain.errors import UnavailableError


@dataclass
class MemorySnapshotPacks:
    folder: Path
    stores: set[UUID] = field(default_factory=set[UUID])
    """Sessions whose trees were made here."""
    broken: set[UUID] = field(default_factory=set[UUID])
    """Sessions whose trees cannot be packed."""
    finished: set[UUID] = field(default_factory=set[UUID])
    settled: dict[UUID, int] = field(default_factory=dict[UUID, int])
    restored: dict[UUID, set[str]] = field(default_factory=dict[UUID, set[str]])
    shell_states: dict[UUID, list[bytes]] = field(default_factory=dict[UUID, list[bytes]])

    async def sessions(self) -> Sequence[UUID]:
        return sorted(self.stores - self.finished)

    async def pack(
        self, session_id: UUID, base_commit: str, after: str | None, snapshots: Sequence[SnapshotToPack]
    ) -> Pack:
        if session_id in self.broken:
            raise UnavailableError("These snapshots cannot be packed.")
        content = "\n".join([base_commit, after or "", *(each.tree for each in snapshots)]).encode()
        digest = sha256(content).hexdigest()
        path = self.folder / f"{session_id}-{digest}.out"
        path.write_bytes(content)
        commit = sha1(content, usedforsecurity=False).hexdigest()
        return Pack(path=path, sha256=digest, size=len(content), commit=commit, covers=snapshots[-1].version)

    async def settle(self, session_id: UUID, covers: int) -> None:
        self.settled[session_id] = covers

    async def finish(self, session_id: UUID) -> None:
        self.finished.add(session_id)

    async def missing(self, session_id: UUID, sha256: Sequence[str]) -> Sequence[str]:
        return [each for each in sha256 if each not in self.restored.get(session_id, set())]

    def incoming(self, session_id: UUID, sha256: str) -> Path:
        return self.folder / f"{session_id}-{sha256}.in"

    async def restore(self, home: Home, source: str, base_commit: str, sha256: Sequence[str]) -> None:
        for each in sha256:
            self.incoming(home.session_id, each).unlink()
        self.restored.setdefault(home.session_id, set()).update(sha256)

    async def shells(self, session_id: UUID, after: int, may_leave: Callable[[bytes], bool]) -> ShellPack | None:
        known = self.shell_states.get(session_id, [])
        if len(known) <= after:
            return None
        content = b"\n".join(state if may_leave(state) else b"" for state in known[after:])
        digest = sha256(content).hexdigest()
        path = self.folder / f"{session_id}-{digest}.shells"
        path.write_bytes(content)
        return ShellPack(path=path, sha256=digest, size=len(content), commands=len(known))

    async def restore_shells(self, session_id: UUID, sha256: Sequence[str]) -> None:
        states: list[bytes] = []
        for each in sha256:
            path = self.incoming(session_id, each)
            states += path.read_bytes().split(b"\n")
            path.unlink()
        self.shell_states[session_id] = states

    async def remove(self, session_id: UUID) -> None:
        self.stores.discard(session_id)
        self.restored.pop(session_id, None)
