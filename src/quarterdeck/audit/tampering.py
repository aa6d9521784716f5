"""What was done to a log whose chain breaks: told from the rows around the break."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.chain import Head, digest_after

WINDOW = 32
"""How many rows after the break are looked at."""
MOST_REMOVED = 1000


class Fault(StrEnum):
    CHANGED_PAYLOAD = "changed payload"
    CHANGED_ENVELOPE = "changed envelope"
    """The row's ids, topic, time, actor or digests are not those that were logged."""
    REORDERED = "reordered"
    REMOVED = "removed"
    INSERTED = "inserted"
    CUT_OFF = "cut off"
    """The log ends before a head that is known from elsewhere, or differs there."""
    BAD_SIGNATURE = "bad signature"
    FOREIGN = "not of the log"
    """A part's rows are not those of the log that was signed."""
    CHANGED_TRANSCRIPT = "changed transcript"
    """What a command printed is not what was logged at its end."""
    CHANGED_SNAPSHOT = "changed snapshot"
    """A tree that the log names is not there, or not what its name says."""
    UNEXPLAINED_HOLE = "unexplained hole"
    """Something was erased that no record in the log says was, or something else than that stands in its place."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The first bad position, and what is wrong there."""

    position: int
    fault: Fault
    detail: str


def out_of_sequence(head: Head, event: RawEvent, following: Sequence[RawEvent]) -> Finding:
    """Explains an `event` whose position is not the one after `head`."""
    expected = head.position + 1
    if event.position < expected:
        return Finding(position=event.position, fault=Fault.INSERTED, detail=f"there is a second row {event.position}")
    if any(row.position == expected for row in following):
        return Finding(
            position=expected, fault=Fault.REORDERED, detail=f"row {event.position} stands before row {expected}"
        )
    last = event.position - 1
    gone = f"row {expected} is" if last == expected else f"rows {expected} to {last} are"
    return Finding(position=expected, fault=Fault.REMOVED, detail=f"{gone} missing")


def broken_link(before: Head, head: Head, event: RawEvent, following: Sequence[RawEvent]) -> Finding:
    """Explains an `event` that does not follow `head`, which follows `before`."""
    at = event.position
    if any(_follows(head.digest, row, at) for row in following):
        if _belongs_later(event, following):
            return Finding(position=at, fault=Fault.REORDERED, detail=f"what is row {at} was logged after others")
        return Finding(position=at, fault=Fault.INSERTED, detail=f"row {at} was not logged; what follows it was")
    if head.position == at - 1 and _follows(before.digest, event, head.position):
        return Finding(
            position=head.position, fault=Fault.INSERTED, detail=f"row {at} was logged as row {head.position}"
        )
    if following and (removed := _removed(event, following[0])):
        return Finding(
            position=at, fault=Fault.REMOVED, detail=f"{removed} rows before row {at} are missing, the rest renumbered"
        )
    return Finding(
        position=at, fault=Fault.CHANGED_ENVELOPE, detail=f"row {at} does not have the digest of what it holds"
    )


def _follows(previous: bytes, event: RawEvent, position: int) -> bool:
    """It was logged at `position`, after the row with digest `previous`."""
    return digest_after(previous, replace(event, position=position)) == event.digest


def _belongs_later(event: RawEvent, following: Sequence[RawEvent]) -> bool:
    return any(_follows(row.digest, event, later.position) for row in following for later in following)


def _removed(event: RawEvent, successor: RawEvent) -> int:
    """By how much both were renumbered, where they still belong together; 0 where they were not."""
    shifts = range(1, MOST_REMOVED + 1)
    return next((by for by in shifts if _follows(event.digest, successor, successor.position + by)), 0)
