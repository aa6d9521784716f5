"""Looking for words in what was typed, noted and printed: the moments at which they were to be read."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from quarterdeck.audit.patterns import Pattern
from quarterdeck.audit.replay import labels
from quarterdeck.audit.replay.kinds import Kind
from quarterdeck.audit.replay.labels import cut
from quarterdeck.audit.replay.record import Record
from quarterdeck.audit.replay.timeline import Run, Timeline
from quarterdeck_cli.transcript.sanitise import Sanitiser

LONGEST_LINE: Final = 4096
"""Characters; what is longer is looked through in parts."""
SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\]8;[^\x1b]*\x1b\\|[#()]?.)")
"""What the sanitiser lets out: whole ones."""
ENDS: Final = re.compile(r"[\r\n]+")
SAID: Final = frozenset({Kind.NOTE, Kind.TASK, Kind.SESSION, Kind.APPROVAL, Kind.NETWORK, Kind.BUDGET})


@dataclass(frozen=True)
class Hit:
    at: float
    command: int
    """0: not in a command's output or text."""
    line: str


def pattern(text: str, *, regex: bool) -> Pattern:
    """Without a capital letter in it, capitals make no difference. Raises UsageError."""
    return Pattern(text, literal=not regex, any_case=not any(each.isupper() for each in text))


def search(
    record: Record, line: Timeline, wanted: Pattern, stopped: Callable[[], bool] = lambda: False
) -> Iterator[Hit]:
    """Event by event and command by command; not in the order of time where commands ran side by side. `stopped`: is
    asked now and then whether nobody waits any more."""
    for item in line.items:
        if stopped():
            return
        if item.kind in SAID and wanted.search(told := labels.event(item)):
            yield Hit(item.at, 0, told)
        elif item.row.topic == "CommandRequested":
            run = line.commands[item.command - 1]
            if wanted.search(run.text):
                yield Hit(item.at, run.number, cut(run.text))
            yield from _in_output(record, run, wanted, stopped)


def _in_output(record: Record, run: Run, wanted: Pattern, stopped: Callable[[], bool]) -> Iterator[Hit]:
    if run.started is None:
        return
    for time_us, text in _lines(record, run):
        if stopped():
            return
        if wanted.search(text):
            at = run.started + time_us / 1e6
            yield Hit(min(at, at if run.ended is None else run.ended), run.number, cut(text.strip()))


def _lines(record: Record, run: Run) -> Iterator[tuple[int, str]]:
    """Each with the time of the frame in which it ended."""
    clean, held, time_us = Sanitiser(), "", 0
    for frame in record.frames(run.id):
        if frame.kind not in {"OUTPUT", "ERROR"}:
            continue
        time_us = max(time_us, frame.time_us)
        *whole, held = ENDS.split(held + SEQUENCE.sub("", clean(frame.data).decode()))
        for text in whole:
            yield from _parts(time_us, text)
        while len(held) > LONGEST_LINE:
            yield time_us, held[:LONGEST_LINE]
            held = held[LONGEST_LINE:]
    yield time_us, held


def _parts(time_us: int, text: str) -> Iterator[tuple[int, str]]:
    for start in range(0, max(len(text), 1), LONGEST_LINE):
        yield time_us, text[start : start + LONGEST_LINE]
