"""Making a session anew from what is stored of it: from which snapshot, and what that leaves out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from quarterdeck.domain.workspace import SnapshotTaken

NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The newest snapshot in the object store."""

    snapshot: SnapshotTaken | None
    """None: there is none, and the session begins with its base commit."""
    tree: str
    taken_at: datetime
    covers: int
    """Version of the workspace's stream that it stands at."""
    later: int
    """Newer snapshots, which are in the log alone."""


def not_carried_over(origin: Origin, worker_id: str, *, shell: bool, keep_ignored: bool) -> tuple[str, ...]:
    """A sentence each. `worker_id` is the one that had the session."""
    return tuple(_missing(origin, worker_id, shell=shell, keep_ignored=keep_ignored))


def _missing(origin: Origin, worker_id: str, *, shell: bool, keep_ignored: bool) -> Iterator[str]:
    yield "What ran in it, and what was in /tmp: only the workspace's files are kept."
    if origin.later:
        many = "s" if origin.later > 1 else ""
        yield f"{origin.later} later snapshot{many}, which worker {worker_id} had not sent to the object store."
    if origin.snapshot is None:
        yield "Everything that was changed: no snapshot was in the object store."
    else:
        yield f"What was changed after {origin.taken_at:%Y-%m-%d %H:%M:%S} UTC, when the snapshot was taken."
    if origin.snapshot and origin.snapshot.skipped:
        named = [f"{each.path} ({each.reason})" for each in origin.snapshot.skipped[:NAMED]]
        more = origin.snapshot.skipped_total - len(named)
        yield f"Left out of the snapshot: {', '.join(named)}{f' and {more} more' if more > 0 else ''}."
    if not keep_ignored:
        yield "Files that git ignores: the project keeps none of them in snapshots."
    if not shell:
        yield "The shell's directory and exported variables: they are not in the object store."
