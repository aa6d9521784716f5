"""What a worker is asked to take out of its store of snapshots, and what it answers."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

from quarterdeck.application.trees import Home
from quarterdeck.domain.exports import ExportFormat
from quarterdeck.domain.workspace import SkippedPath

MOST_LEFT_OUT = 200
"""Paths that are named; further ones are counted."""


@dataclass(frozen=True, kw_only=True)
class ContentAsked:
    """A tree as a tar or as a patch that makes it from the base commit's."""

    home: Home
    format: ExportFormat
    tree: str
    base_commit: str
    folder: str
    """That everything in a tar lies in: letters, digits and dashes."""
    recorded_at: datetime
    """The time of everything in a tar."""
    said: tuple[str, ...] = ()
    """Lines that a patch begins with."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What a format has no place for. The list holds the first of `total`."""

    paths: tuple[SkippedPath, ...] = ()
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class OpenedContent:
    """`chunks` are read once, to their end, and raise QuarterdeckError where they break off."""

    left_out: LeftOut
    chunks: AsyncGenerator[bytes]


@dataclass(frozen=True, kw_only=True)
class BranchAsked:
    """A commit of a tree at the end of a branch of the project's repository."""

    home: Home
    repository: str
    branch: str
    tree: str
    base_commit: str
    known: tuple[str, ...]
    """Commits that were exported to the branch before: it may stand at one of these."""
    author: str
    """As git writes it: NAME <EMAIL>."""
    recorded_at: datetime
    message: str


@dataclass(frozen=True, kw_only=True)
class WrittenBranch:
    """Where the branch is now."""

    commit: str
