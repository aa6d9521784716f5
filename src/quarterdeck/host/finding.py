"""One thing that `quarterdeck doctor` found."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    area: str
    name: str
    on: bool
    detail: str
    next_step: str = ""
    required: bool = False
    """Where it is off, Quarterdeck cannot work on this host."""
