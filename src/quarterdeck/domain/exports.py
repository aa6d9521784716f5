"""Exports: what of a session's files was taken out. Its stream id is derived from the session's.

It has a stream of its own because it is written beside the session's work, and must not come in between.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.workspace import SkippedPath

MAX_BRANCH = 200
"""Bytes of a branch's name: with its suffix it is a file's."""
# git-check-ref-format(1), and no dash at the start: that is how options look
_REFUSED = re.compile(r"^[-/]|[/.]$|//|\.\.|@\{|(^|/)\.|\.lock(/|$)|[\x00-\x20\x7f~^:?*\[\\]|^@$|^HEAD$|^refs/")


class ExportFormat(StrEnum):
    BRANCH = "branch"
    """Of the project's repository."""
    PATCH = "patch"
    """From the commit that the session started with, for `git apply`."""
    TAR = "tar"


def exports_id(session_id: UUID) -> UUID:
    return uuid5(session_id, "exports")


@dataclass(frozen=True, kw_only=True)
class WorkspaceExported:
    """All of it is out. A branch's content is named by its commit, that of the others by their bytes."""

    TOPIC: ClassVar[str] = "WorkspaceExported"
    SCHEMA_VERSION: ClassVar[int] = 1
    format: ExportFormat
    tree: str
    command_id: UUID | None
    """That the exported snapshot came with; None: the base, or found between commands."""
    base_commit: str
    sha256: str | None = None
    bytes: int | None = None
    branch: str | None = None
    commit: str | None = None
    left_out: tuple[SkippedPath, ...] = ()
    """What the snapshot or the format leaves out."""
    left_out_total: int = 0
    """How many there are in all; the list holds the first."""


@dataclass(frozen=True, kw_only=True)
class Exports:
    branches: tuple[WorkspaceExported, ...] = ()
    """Those to branches, in order."""

    def commits_on(self, branch: str) -> tuple[str, ...]:
        """That were put there, in order."""
        return tuple(each.commit for each in self.branches if each.branch == branch and each.commit)

    def last_on(self, branch: str) -> WorkspaceExported | None:
        return next((each for each in reversed(self.branches) if each.branch == branch), None)


def evolve(state: Exports, event: WorkspaceExported) -> Exports:
    return Exports(branches=(*state.branches, event)) if event.branch else state


def export(state: Exports, exported: WorkspaceExported) -> tuple[WorkspaceExported, ...]:
    """Nothing where the branch is at this commit already, by an export before."""
    if exported.branch is not None:
        last = state.last_on(exported.branch)
        if last is not None and last.commit == exported.commit:
            return ()
    return (exported,)


def default_branch(session_id: UUID) -> str:
    return f"quarterdeck/session-{session_id.hex[-8:]}"


def check_branch(name: str) -> str:
    """The name, if git takes it for a branch's. Raises InvalidInputError."""
    if not name or len(name.encode(errors="replace")) > MAX_BRANCH or _REFUSED.search(name):
        raise InvalidInputError(
            f"{name[:80]!r} is no name of a branch.",
            f"Use up to {MAX_BRANCH} letters, digits, dashes, dots and slashes, as in `review/fix-1`.",
            field="branch",
        )
    return name
