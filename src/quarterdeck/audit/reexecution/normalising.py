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
PORT: Final = r"(?:3[2-9]|[45]\d|60)\d{3}\b"
"""Of Linux's own choice: 32768 to 60999."""
SHORT_HASH: Final = r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,12}\b"
"""With digits and letters: else it is a number or a word."""
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
    _made(
        "uuid",
        "UUIDs; without their dashes those of versions 4 and 7",
        r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b",
        r"\b[0-9a-f]{12}[47][0-9a-f]{3}[89ab][0-9a-f]{15}\b",
    ),
    _made(
        "time",
        "dates, times of day and seconds since 1970",
        rf"\b(?:{DAY},?\s+)?{DATE}(?:[T ]{TIME}{ZONE})?",
        rf"\b{DAY},?\s+(?:{MONTH}\s+\d\d?|\d\d?\s+{MONTH})(?:\s+\d{{4}})?\s+{TIME}(?:\s[AP]M)?{ZONE}(?:\s+\d{{4}})?",
        rf"\b{MONTH}\s+\d\d?\s+(?:{TIME}|\d{{4}})",
        rf"\b\d\d?/{MONTH}/\d{{4}}(?::{TIME}{ZONE})?",
        r"\b\d\d?/\d\d?/20\d\d\b",
        r"\b20\d{6}[T_-]?\d{6}Z?\b",
        rf"\b{TIME}{ZONE}\b",
        r"\b1[5-9]\d{8}(?:\.\d+|\d{3}|\d{6}|\d{9})?\b",
    ),
    _made(
        "duration",
        "how long something took",
        r"\b(?:\d+h\s?)?\d+m\s?\d+(?:[.,]\d+)?s\b",
        r"\b\d+(?:[.,]\d+)?\s?(?:[nµμum]?s|[nµμum]?secs?|(?:nano|micro|milli)?seconds?|minutes?|mins?|hours?|hrs?)\b",
    ),
    _made(
        "rate",
        "how fast something was",
        r"\b\d+(?:[.,]\d+)?\s?(?:[kKMGT]?i?(?:B|bit|b)/s|[kKMGT]?(?:B|bit)ps|(?:it|ops?|req|requests?|rows)/s(?:ec(?:ond)?)?)\b",
    ),
    _made("load", "how busy the machine was", r"(?<=load average: )[\d.]+(?:,? [\d.]+){2}"),
    _made(
        "address",
        "addresses in memory, and threads that are called by one",
        r"\b0x[0-9a-fA-F]{6,16}\b",
        r"\b1(?:39|40)\d{12}\b",
    ),
    _made(
        "port",
        "ports of this host that the system chose",
        rf"(?<=\b127\.0\.0\.1:){PORT}",
        rf"(?<=\blocalhost:){PORT}",
        rf"(?<=\[::1\]:){PORT}",
        rf"(?<='127\.0\.0\.1', ){PORT}",
    ),
    _made(
        "pid",
        "numbers of processes, where they are called so",
        r"(?<=\[)\d+(?=\]:)",
        r"(?<=^\[\d\] )\d+",
        r"(?i:(?<=\bpid[ =:])\s?\d+|(?<=\bprocess )\d+)",
    ),
    _made(
        "temporary",
        "names of temporary files",
        r"(?<=/tmp/)[\w.-]+",
        r"(?<=/dev/shm/)[\w.-]+",
        r"\btmp\.?[A-Za-z0-9_]{6,10}\b",
    ),
    _made(
        "commit",
        "names of git commits",
        r"\b[0-9a-f]{40}\b",
        rf"(?<=[ \[(.]){SHORT_HASH}",
        rf"^{SHORT_HASH}(?= )",
        r"(?<=\w )[0-9a-f]{7,12}(?=\] )",
    ),
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
