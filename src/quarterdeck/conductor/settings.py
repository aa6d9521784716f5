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
    grace_seconds: float = 60.0
    """How long a worker may stay away after its lease ran out, before its sessions are lost. Counted only while this
    conductor could see that: what starts together with its worker does not take it for dead."""
