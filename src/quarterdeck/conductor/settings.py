"""What a conductor is told at its start."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ConductorSettings:
    sweep_seconds: float = 5.0
    """How often it looks for work that nobody does."""
    tick_seconds: float = 1.0
    """How often it looks whose time is up."""
    overdue_seconds: float = 15.0
    """Work that was asked for and not begun for so long is published again."""
    measure_seconds: float = 30.0
    """How long a worker may take to measure what a session changed, each time it is asked."""
    note_patience_seconds: float = 120.0
    """So long a session's work is not noted on its task where something of it cannot be found out. Counted from when
    this conductor first looked: after a start, workers may come later than it."""
    secrets: tuple[bytes, ...] = ()
    """Masked in what is noted of commands."""
    task_batch_seconds: float = 2.0
    """So long after a change of a task others are waited for, before they are written to its file together."""
    task_poll_seconds: float = 10.0
    """How often branches with task files are looked at."""
    task_retry_seconds: float = 5.0
    """After a failure, and twice as long after each further one, up to `task_longest_seconds`."""
    task_longest_seconds: float = 300.0
    grace_seconds: float = 60.0
    """How long a worker may stay away after its lease ran out, before its sessions are lost. Counted only while this
    conductor could see that: what starts together with its worker does not take it for dead."""
    checkpoint_events: int = 10_000
    """So many events after a checkpoint the next one is signed at once."""
    checkpoint_seconds: float = 60.0
    """And after so long in any case, where anything was logged."""
    checkpoint_look_seconds: float = 1.0
    """How often it looks whether one is due."""
