"""Places of a replay as they are typed: a time, a position of the log, a command."""

import re
from dataclasses import dataclass
from typing import Final

from quarterdeck.audit.replay.timeline import Run, Timeline
from quarterdeck_cli import ids
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.text import plain
from quarterdeck_cli.times import into

NUMBER: Final = re.compile(r"[c#](\d{1,9})", re.IGNORECASE)
HOW: Final = "Give a time as 1:23 or 90s, a position of the log as 1042, or a command as c3 or by its id."


@dataclass(frozen=True)
class Place:
    at: float
    """Seconds after the first event."""
    count: int
    """How many events there were until then, with the one that is meant."""
    first: int
    """Index of the first event that is there or later."""


def place(line: Timeline, text: str) -> Place:
    """Raises UsageError for what is no place, NotFoundError for one that the record does not have."""
    word = text.strip().lower()
    if word in {"start", "end"}:
        return moment(line, 0.0) if word == "start" else Place(line.end, len(line.items), len(line.items) - 1)
    if word.isascii() and word.isdigit():
        return _position(line, word)
    if run := command(line, text.strip()):
        return moment(line, run.requested if run.started is None else run.started)
    if (seconds := into(word)) is not None:
        return moment(line, seconds)
    raise UsageError(f"{plain(text)[:60]!r} is no place in this session.", HOW)


def event(line: Timeline, count: int) -> Place:
    """That of the event which has this number; the nearest where there is none."""
    count = min(max(count, 1), len(line.items))
    return Place(line.items[count - 1].at, count, count - 1)


def moment(line: Timeline, at: float) -> Place:
    """That of a time, within the session's."""
    at = min(max(0.0, at), line.end)
    return Place(at, line.count_at(at), line.first_at(at))


def _position(line: Timeline, digits: str) -> Place:
    count = line.count_at_position(int(digits[:18]))
    first, last = line.items[0].row.position, line.items[-1].row.position
    if len(digits) > 18 or not first <= int(digits) <= last:
        raise NotFoundError(f"Position {digits[:20]} is not in this session's record: it has {first} to {last}.", HOW)
    return event(line, count)


def command(line: Timeline, word: str) -> Run | None:
    """By its number, as c3, or by its id; None for what is neither.

    Raises NotFoundError for a number or an id that no command has.
    """
    if number := NUMBER.fullmatch(word):
        if not 1 <= int(number[1]) <= len(line.commands):
            raise NotFoundError(f"There is no command {number[1]}: the session ran {len(line.commands)}.", HOW)
        return line.commands[int(number[1]) - 1]
    uuid = ids.uuid_of(word) or ids.parse_suffix(word)
    if uuid is None:
        return None
    found = [
        each for each in line.commands if each.id == uuid or (isinstance(uuid, str) and each.id.hex.endswith(uuid))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{plain(word)} could be any of {len(found)} commands.", "Give more of its digits.")
    raise NotFoundError(f"No command of this session has an id that ends with {plain(word)}.", HOW)
