"""A line of the results table."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """A figure, its peer measured in the same run on the same machine, and whether it keeps its limit."""

    name: str
    value: float
    unit: str
    peer: str = ""
    """What it is compared with; empty where the limit is absolute."""
    peer_value: float | None = None
    """The peer's figure, in the same unit."""
    limit: str = ""
    """As published: `>= 1.5 x peer`, `<= 3 ms`; empty for a figure told for information."""
    met: bool | None = None
    """None where there is no limit."""
