"""What a session may have written into its workspace, and meeting that limit: the event, and its words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from quarterdeck.domain.limits import GIB, KIB, MIB


class QuotaLimit(StrEnum):
    """Named as in a session's list of limits."""

    BYTES = "workspace"
    FILES = "workspace_files"
    DISK = "disk"
    """Of the worker's host, which no session may fill."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceQuota:
    """What a session may have written into its copy at one time; the repository's own files do not count."""

    bytes: int
    files: int
    """Inodes: folders and links count as well."""


@dataclass(frozen=True, kw_only=True)
class LargestPath:
    """`path` is relative to the workspace, bytes that are not UTF-8 as \\xNN."""

    path: str
    bytes: int
    """Of a file."""
    files: int
    """Of a folder: how many entries are in it, without what is further down."""


@dataclass(frozen=True, kw_only=True)
class QuotaExceeded:
    """A command met a limit of its workspace; None: what an earlier one left running did."""

    TOPIC: ClassVar[str] = "QuotaExceeded"
    SCHEMA_VERSION: ClassVar[int] = 1
    command_id: UUID | None
    limit: QuotaLimit
    allowed: int
    """Bytes or inodes; of the host's disk, what must stay free."""
    used: int
    """Bytes or inodes that the session has written; of the host's disk, what was free."""
    ended: bool
    """The command was ended; else its writes failed."""
    largest: tuple[LargestPath, ...] = ()


def said(event: QuotaExceeded) -> str:
    """What happened and what to do, in sentences."""
    return " ".join(part for part in (_met(event), _largest(event), _outcome(event), _next_step(event)) if part)


def _met(event: QuotaExceeded) -> str:
    match event.limit:
        case QuotaLimit.BYTES:
            return f"The session's files reached their quota of {amount(event.allowed)}."
        case QuotaLimit.FILES:
            return f"The session reached its quota of {event.allowed:,} files and folders."
        case QuotaLimit.DISK:
            return f"The disk of the worker's host is all but full: {amount(event.used)} are left."


def _largest(event: QuotaExceeded) -> str:
    if not event.largest:
        return ""
    named = [
        f"{each.path} ({each.files:,} entries)" if event.limit is QuotaLimit.FILES else _sized(each)
        for each in event.largest[:3]
    ]
    return f"The largest: {', '.join(named)}."


def _sized(path: LargestPath) -> str:
    return f"{path.path} ({amount(path.bytes)})"


def _outcome(event: QuotaExceeded) -> str:
    return "The command was ended." if event.ended else "What it still wrote failed."


def _next_step(event: QuotaExceeded) -> str:
    if event.limit is QuotaLimit.DISK:
        return "Have its operator make room there."
    option = "--workspace-files N" if event.limit is QuotaLimit.FILES else "--workspace SIZE"
    more = f"open a session with more: `qd session open {option}`, as far as the project's and the persona's limits go"
    return f"Remove what is not needed, or {more}."


def amount(count: int) -> str:
    """Bytes as people read them."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}".replace(".0 ", " ")
    return f"{count} B"
