"""What a session did for the task that it worked on, as it stood at one of the session's ends."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

MOST_FILES = 10
MOST_COMMANDS = 10
MOST_BRANCHES = 5
MOST_TEXT = 200
"""Characters of a command's text, or of a path."""
MOST_REASON = 500


class WorkEnd(StrEnum):
    CLOSED = "closed"
    LOST = "lost"
    FAILED = "failed"
    """It was never provisioned."""


@dataclass(frozen=True, kw_only=True)
class WorkFile:
    """`path`: as text, see `application.paths`, shortened. Lines: None where nobody has counted them."""

    path: str
    status: str
    lines_added: int | None = None
    lines_removed: int | None = None


@dataclass(frozen=True, kw_only=True)
class WorkDiff:
    """From the files that the session began with to those that it ended with."""

    files: int
    lines_added: int | None
    """None: not known. What is known of `files` is then what commands said they had changed, some of it twice."""
    lines_removed: int | None
    uncounted: int = 0
    """Files whose lines are not in these numbers: binary ones, large ones, or too many."""
    largest: tuple[WorkFile, ...] = ()
    """Those that differ most."""


@dataclass(frozen=True, kw_only=True)
class WorkCommand:
    command_id: UUID
    text: str
    """Shortened, without what looks like a secret."""
    outcome: str
    """An `EndReason`, or `lost`."""
    exit_code: int | None
    signal: str | None
    wall_ms: int | None

    @property
    def failed(self) -> bool:
        return not (self.outcome == "exited" and self.exit_code == 0)


@dataclass(frozen=True, kw_only=True)
class WorkCommands:
    """Those that ran, whatever became of them."""

    count: int = 0
    failed: int = 0
    wall_ms: int = 0
    last: tuple[WorkCommand, ...] = ()
    """In the order of their ends."""


@dataclass(frozen=True, kw_only=True)
class WorkBranch:
    branch: str
    commit: str


@dataclass(frozen=True, kw_only=True)
class SessionWork:
    session_id: UUID
    ending: int
    """Version of the session's stream at this end. One that was taken up again may have ended before."""
    how: WorkEnd
    reason: str
    began_at: datetime
    ended_at: datetime
    base_commit: str
    """Empty, as the trees are: it had no files yet."""
    base_tree: str
    last_tree: str
    diff: WorkDiff | None
    """None: nothing is known of it."""
    commands: WorkCommands
    branches: tuple[WorkBranch, ...] = ()
    """Of the project's repository, that it was exported to until then: the last commit of each, the newest last."""
    missing: str = ""
    """What could not be found out, and why: a sentence."""


def shortened(text: str, most: int = MOST_TEXT) -> str:
    """With an ellipsis at its end where it was longer. Storable: without NUL and half surrogate pairs."""
    kept = text[: most + 1].replace("\0", "\ufffd").encode(errors="replace").decode()
    return kept if len(kept) <= most else f"{kept[: most - 1]}…"


def shortened_path(path: str, most: int = MOST_TEXT) -> str:
    """Its end is kept, which tells more."""
    return path if len(path) <= most else f"…{path[1 - most :]}"
