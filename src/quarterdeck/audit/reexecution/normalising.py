"""What differs from run to run and means nothing, made the same on both sides. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from quarterdeck.audit.patterns import Pattern

DATE: Final = r"\d{4}-\d\d-\d\d"
TIME: Final = r"\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?"
ZONE: Final = r"(?:\s?(?:Z|UTC|GMT|CES?T|[+-]\d\d:?\d\d))?"
MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
DAY: Final = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"


@dataclass(frozen=True)
class Normaliser:
    """What fits `pattern` becomes `<name>`."""

    name: str
    about: str
    pattern: re.Pattern[str]

    def apply(self, line: str) -> str:
        return self.pattern.sub(f"<{self.name}>", line)


def _made(name: str, about: str, *alternatives: str) -> Normaliser:
    return Normaliser(name, about, re.compile("|".join(alternatives)))


NORMALISERS: Final = (
    _made("uuid", "UUIDs", r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"),
    _made(
        "time",
        "dates, times of day and seconds since 1970",
        rf"\b(?:{DAY},?\s+)?{DATE}(?:[T ]{TIME}{ZONE})?",
        rf"\b{DAY},?\s+(?:{MONTH}\s+\d\d?|\d\d?\s+{MONTH})(?:\s+\d{{4}})?\s+{TIME}(?:\s[AP]M)?{ZONE}(?:\s+\d{{4}})?",
        rf"\b{MONTH}\s+\d\d?\s+(?:{TIME}|\d{{4}})",
        rf"\b{TIME}{ZONE}\b",
        r"\b1[5-9]\d{8}(?:\.\d+|\d{3}|\d{6}|\d{9})?\b",
    ),
    _made(
        "duration",
        "how long something took",
        r"\b\d+m\d+(?:[.,]\d+)?s\b",
        r"\b\d+(?:[.,]\d+)?\s?(?:ns|µs|us|ms|s|sec|secs|seconds?|minutes?)\b",
    ),
    _made("address", "addresses in memory", r"\b0x[0-9a-fA-F]{6,16}\b"),
    _made(
        "pid",
        "numbers of processes, where they are called so",
        r"(?<=\[)\d+(?=\]:)",
        r"(?<=^\[\d\] )\d+",
        r"(?i:(?<=\bpid[ =:])\s?\d+|(?<=\bprocess )\d+)",
    ),
    _made("temporary", "names of temporary files", r"(?<=/tmp/)[\w.-]+", r"\btmp\.?[A-Za-z0-9_]{6,10}\b"),
    _made("commit", "names of git commits", r"\b[0-9a-f]{40}\b", r"(?<=[ \[(.])(?=[a-f]*\d)[0-9a-f]{7,12}\b"),
)
"""In the order in which they are applied."""
NAMES: Final = tuple(each.name for each in NORMALISERS)
CONTROL: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")


def normalised(line: str, used: Sequence[Normaliser], ignored: Sequence[Pattern] = ()) -> str:
    """A line of output without what changes from run to run; ANSI sequences and spaces at its end are left out."""
    line = CONTROL.sub("", line)
    for pattern in ignored:
        line = pattern.sub("<ignored>", line)
    for each in used:
        line = each.apply(line)
    return line.rstrip()


def chosen(names: Iterable[str]) -> tuple[Normaliser, ...]:
    """Those of these names, in their order. Raises KeyError with the first name that there is none of."""
    wanted = set(names)
    for name in wanted:
        if name not in NAMES:
            raise KeyError(name)
    return tuple(each for each in NORMALISERS if each.name in wanted)
