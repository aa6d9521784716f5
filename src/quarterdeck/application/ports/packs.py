"""Snapshots and shell states, packed for the object store and taken back from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from quarterdeck.application.trees import Home


@dataclass(frozen=True, kw_only=True)
class SnapshotToPack:
    version: int
    """Of the workspace's stream."""
    tree: str
    recorded_at: datetime
    title: str


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A file that holds what a row of snapshots needs beyond what was packed before."""

    path: Path
    sha256: str
    size: int
    commit: str
    covers: int
    """Version of the last snapshot in it."""


@dataclass(frozen=True, kw_only=True)
class ShellPack:
    """A file that says what the shell was like after a row of commands."""

    path: Path
    sha256: str
    size: int
    commands: int
    """How many it reaches to, from the session's first."""


class SnapshotPacks(Protocol):
    """The stores of sessions' trees on this host, as packs to be sent away and taken back."""

    async def sessions(self) -> Sequence[UUID]:
        """Those with a store on this host that is not finished."""
        ...

    async def pack(
        self, session_id: UUID, base_commit: str, after: str | None, snapshots: Sequence[SnapshotToPack]
    ) -> Pack:
        """Packs snapshots, the oldest first, that come after commit `after`; None: after the base.

        Asked again for the same, after a crash too, it gives the same. Raises UnavailableError where there is no room.
        """
        ...

    async def settle(self, session_id: UUID, covers: int) -> None:
        """Packs up to this version are stored: their objects need no other form here."""
        ...

    async def finish(self, session_id: UUID) -> None:
        """Nothing will be added, and everything is stored: the store here may go when room is needed."""
        ...

    async def missing(self, session_id: UUID, sha256: Sequence[str]) -> Sequence[str]:
        """Those packs that are not here."""
        ...

    def incoming(self, session_id: UUID, sha256: str) -> Path:
        """Where to put a pack that is taken back."""
        ...

    async def restore(self, home: Home, source: str, base_commit: str, sha256: Sequence[str]) -> None:
        """Takes up packs that were put where `incoming` says, over the base commit from the repository."""
        ...

    async def shells(self, session_id: UUID, after: int, may_leave: Callable[[bytes], bool]) -> ShellPack | None:
        """What the shell was like after the commands beyond the first `after`; None: there are no more.

        A state that may not leave this host counts as one that could not be kept.
        """
        ...

    async def restore_shells(self, session_id: UUID, sha256: Sequence[str]) -> None:
        """Takes up what `shells` made and was put where `incoming` says, in order, in place of what is here."""
        ...

    async def remove(self, session_id: UUID) -> None:
        """Removes all that is here of the session's trees."""
        ...
