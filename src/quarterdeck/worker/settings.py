"""What a worker is told at its start."""

from dataclasses import dataclass
from pathlib import Path

from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    worker_id: str
    host: str
    state_dir: Path
    """Its own folder: the lock, and the marks of its sessions."""
    capacity: int = 50
    """Sessions it takes at most."""
    secrets: tuple[bytes, ...] = ()
    """Masked in all output."""
    output_limit_bytes: int = 0
    """Output of one command; 0: no limit."""
    default_limits: LimitsAsked = NOTHING_ASKED
    """Of a session for which nobody asks for any."""
    max_limits: LimitsAsked = NOTHING_ASKED
    """Of any session here."""
    lease_seconds: float = 15.0
    """How long it counts as alive after it was last heard of."""
    fence_seconds: float = 45.0
    """When it could not renew its lease for so long, its sessions are frozen: before a conductor calls them lost."""
    reconcile_seconds: float = 10.0
    """How often the log is compared with what is on the host."""
    archive_seconds: float = 30.0
    """How often new snapshots are sent to the object store."""
    snapshot_bytes: int = 0
    """Kept there for one project; 0: no limit."""
    collect_seconds: float = 600.0
    """How often it is looked whether a project has more."""
    max_attempts: int = 5
    """A job that failed as often as this is put aside, with the reason in the log."""
