"""Limits as people write them: `memory=4G, cpus=1.5, idle-time=2h`."""

import re
from collections.abc import Callable
from typing import Any

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.limits import LimitsAsked, check

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_SIZES = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_SPANS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def parse(text: str) -> LimitsAsked:
    """Raises InvalidInputError, which names the part that says nothing, or too little or too much."""
    given: dict[str, Any] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (part.strip() for part in word.partition("="))
        if not equals or name not in _KINDS:
            raise InvalidInputError(f"{word!r} is no limit.", f"Write NAME=VALUE with one of {', '.join(_KINDS)}.")
        field, read = _KINDS[name]
        given[field] = read(value)
    asked = LimitsAsked(**given)
    check(asked, "limits")
    return asked


def _in(units: dict[str, int], example: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        found = _NUMBER.fullmatch(text)
        unit = re.sub(r"(?<=[kmgt])i?b$|^b$", "", found[2].lower()) if found else "?"
        if not found or unit not in units:
            raise InvalidInputError(f"{text!r} cannot be read.", f"Write it as {example}.")
        return int(float(found[1]) * units[unit])

    return read


def _real(text: str) -> float:
    found = _NUMBER.fullmatch(text)
    if not found or found[2]:
        raise InvalidInputError(f"{text!r} is no number.", "Write it as 1.5.")
    return float(text)


_size, _span, _whole = _in(_SIZES, "512M, 2G or 1.5T"), _in(_SPANS, "90s, 30m, 12h or 7d"), _in({"": 1}, "digits alone")
_KINDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "cpus": ("cpus", _real),
    "memory": ("memory_bytes", _size),
    "processes": ("processes", _whole),
    "open-files": ("open_files", _whole),
    "file-size": ("file_bytes", _size),
    "workspace": ("workspace_bytes", _size),
    "workspace-files": ("workspace_files", _whole),
    "tmp": ("temporary_bytes", _size),
    "output": ("output_bytes", _size),
    "wall-time": ("wall_seconds", _span),
    "idle-time": ("idle_seconds", _span),
}
