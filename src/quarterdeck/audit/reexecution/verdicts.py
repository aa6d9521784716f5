"""What is said of a command that was run again. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from quarterdeck.audit.reexecution.recorded import Recorded, by_chance, why_not
from quarterdeck.domain.command import CommandFinished


class Verdict(StrEnum):
    SAME = "same"
    NORMALISED = "same after normalizing"
    """But for times, numbers of processes, addresses and the like."""
    DRIFTED = "drifted"
    NOT_REPRODUCIBLE = "not reproducible"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The first one that was found. Lines are as they were printed: hostile."""

    where: str
    """`exit`, `output`, `errors`, or the path of a file."""
    expected: str
    """In the record."""
    found: str
    line: int | None = None
    """Counted from 1, of output or of the changed lines of a file."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Of one command with its record."""

    exact: bool = True
    difference: Difference | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    command: Recorded
    verdict: Verdict
    reason: str = ""
    """Why it is not reproducible."""
    difference: Difference | None = None

    def told(self) -> dict[str, Any]:
        """For --json."""
        found = self.difference
        return {
            "command": str(self.command.id),
            "text": self.command.text,
            "verdict": self.verdict.value,
            "reason": self.reason or None,
            "difference": found
            and {"where": found.where, "line": found.line, "expected": found.expected, "found": found.found},
        }


def not_run(command: Recorded) -> Result:
    return Result(command=command, verdict=Verdict.NOT_REPRODUCIBLE, reason=why_not(command))


def judged(command: Recorded, found: Comparison) -> Result:
    """A difference says little where the record's own end was chance."""
    if found.difference is None:
        return Result(command=command, verdict=Verdict.SAME if found.exact else Verdict.NORMALISED)
    if reason := by_chance(command):
        return Result(command=command, verdict=Verdict.NOT_REPRODUCIBLE, reason=reason, difference=found.difference)
    return Result(command=command, verdict=Verdict.DRIFTED, difference=found.difference)


def of_exits(expected: CommandFinished, found: CommandFinished) -> Difference | None:
    if (expected.reason, expected.exit_code, expected.signal) == (found.reason, found.exit_code, found.signal):
        return None
    return Difference(where="exit", expected=exit_words(expected), found=exit_words(found))


def exit_words(finish: CommandFinished) -> str:
    """As `code 1`, `signal KILL`, or `timed out`."""
    if finish.exit_code is not None:
        return f"code {finish.exit_code}"
    return f"signal {finish.signal}" if finish.signal else finish.reason.value.replace("_", " ")
