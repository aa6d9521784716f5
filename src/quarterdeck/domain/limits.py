"""What a session may use at most, as somebody asks for it: a project, a persona, or whoever opens it."""

from dataclasses import dataclass, fields
from typing import Any

from quarterdeck.domain.errors import InvalidInputError

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class LimitsAsked:
    """Upper bounds; None is no wish of one's own. Sizes in bytes, times in seconds."""

    cpus: float | None = None
    """Processors' worth of time: 1.5 is one and a half of them."""
    memory_bytes: int | None = None
    processes: int | None = None
    """Threads counted."""
    open_files: int | None = None
    """Of one process."""
    file_bytes: int | None = None
    """The largest that one file may grow."""
    workspace_bytes: int | None = None
    """Of what the session wrote; the repository's own files do not count."""
    workspace_files: int | None = None
    """Inodes that the session made."""
    temporary_bytes: int | None = None
    """Of /tmp."""
    output_bytes: int | None = None
    """Of one command."""
    wall_seconds: int | None = None
    """From when the session is ready to its end, pauses included."""
    idle_seconds: int | None = None
    """Without a running command and without input."""


NOTHING_ASKED = LimitsAsked()

BOUNDS: dict[str, tuple[float, float]] = {
    "cpus": (0.01, 4096),
    "memory_bytes": (16 * MIB, 2**50),
    "processes": (16, 2**22),
    "open_files": (32, 2**20),
    "file_bytes": (MIB, 2**50),
    "workspace_bytes": (MIB, 2**50),
    "workspace_files": (100, 2**31),
    "temporary_bytes": (MIB, 2**50),
    "output_bytes": (KIB, 2**50),
    "wall_seconds": (10, 366 * DAY_SECONDS),
    "idle_seconds": (10, 366 * DAY_SECONDS),
}
"""Least and most of each. Below the least no shell would work in the jail."""


def strictest(*asked: LimitsAsked) -> LimitsAsked:
    """Of each limit the smallest that anybody asks for."""
    return LimitsAsked(**{each.name: _least(each.name, asked) for each in fields(LimitsAsked)})


def _least(name: str, asked: tuple[LimitsAsked, ...]) -> Any:
    wishes = [wish for each in asked if (wish := getattr(each, name)) is not None]
    return min(wishes, default=None)


def check(asked: LimitsAsked, field: str) -> None:
    """Raises InvalidInputError, with `field` as the prefix of the limit's name."""
    for name, (least, most) in BOUNDS.items():
        wish = getattr(asked, name)
        if wish is not None and not least <= wish <= most:
            raise InvalidInputError(
                f"{camel(name)} is {wish}; it must be between {least} and {most}.", field=f"{field}.{camel(name)}"
            )


def camel(name: str) -> str:
    """As the API writes a field's name."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
