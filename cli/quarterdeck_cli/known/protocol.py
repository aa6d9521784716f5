"""What a completion may read: never the network, and never for long."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """An object that a word may name: what is typed for it, and what it is."""

    word: str
    description: str = ""
    live: bool = False
    """It runs, is open, or waits for somebody."""


class Known(Protocol):
    """What is cached of one server for one user. Descriptions are foreign text, as they came."""

    def entries(self, kind: str) -> Sequence[Entry]:
        """Objects of a kind (session, command, task, project, persona, worker, alert …), likely ones first."""
        ...

    def paths(self, session: str, folder: str) -> Sequence[str]:
        """Names in a folder of a session's workspace, those of folders with a slash at their end. `session` as it was
        typed. Nothing where that is not known (yet)."""
        ...


class Nothing:
    """Nothing is known."""

    def entries(self, kind: str) -> Sequence[Entry]:
        return ()

    def paths(self, session: str, folder: str) -> Sequence[str]:
        return ()
