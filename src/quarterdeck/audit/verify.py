"""Checks the log's digest chain: pure, over its rows in order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.chain import Head, digest_after
from quarterdeck.audit.tampering import WINDOW, Fault, Finding, broken_link, out_of_sequence


@dataclass(frozen=True, kw_only=True)
class Report:
    checked: int
    """Rows found good, from the start."""
    erased: int
    """Of these, holes that an erasure left."""
    head: Head
    """The last good row."""
    finding: Finding | None = None

    @property
    def intact(self) -> bool:
        return self.finding is None


Check = Callable[[RawEvent], Finding | None]
"""Looks at a row whose place in the chain is good."""


def verify(
    events: Iterable[RawEvent],
    *,
    start: Head | None = None,
    known_head: Head | None = None,
    check: Check | None = None,
) -> Report:
    """Checks the rows that follow `start` (default: the log's beginning), up to the first bad one; with `check`, also
    what that says of each.

    `known_head` is one from elsewhere, as a signed checkpoint: the log must reach it and agree with it. A chain alone
    cannot see that its end was cut off, or that all of it was written anew.
    """
    walk = _Walk(start or Head())
    rows = iter(events)
    for event in rows:
        if not walk.sound(event):
            return walk.report(walk.explain(event, list(islice(rows, WINDOW))))
        walk.take(event)
        if known_head and known_head.position == event.position and known_head.digest != event.digest:
            return walk.report(_rewritten(known_head))
        if check and (finding := check(event)):
            return walk.report(finding)
    if known_head and walk.head.position < known_head.position:
        return walk.report(_cut_off(walk.head, known_head))
    return walk.report()


@dataclass
class _Walk:
    head: Head
    before: Head = field(default_factory=Head)
    """The row before the head."""
    checked: int = 0
    erased: int = 0

    def sound(self, event: RawEvent) -> bool:
        return (
            event.position == self.head.position + 1
            and digest_after(self.head.digest, event) == event.digest
            and payload_is_sound(event)
        )

    def take(self, event: RawEvent) -> None:
        self.before, self.head = self.head, Head(position=event.position, digest=event.digest)
        self.checked += 1
        self.erased += event.erased

    def explain(self, event: RawEvent, following: list[RawEvent]) -> Finding:
        if event.position != self.head.position + 1:
            return out_of_sequence(self.head, event, following)
        if digest_after(self.head.digest, event) != event.digest:
            return broken_link(self.before, self.head, event, following)
        return Finding(
            position=event.position,
            fault=Fault.CHANGED_PAYLOAD,
            detail=f"the payload of row {event.position} does not have the digest that was logged",
        )

    def report(self, finding: Finding | None = None) -> Report:
        return Report(checked=self.checked, erased=self.erased, head=self.head, finding=finding)


def payload_is_sound(event: RawEvent) -> bool:
    """What stands in the place of an erased one is vouched for by a record: see `audit.holes`."""
    return event.payload is None or event.partly_erased or sha256(event.payload).digest() == event.payload_digest


def _rewritten(known: Head) -> Finding:
    return Finding(
        position=known.position,
        fault=Fault.CHANGED_ENVELOPE,
        detail=f"row {known.position} differs from the head that is known: the log was written anew up to here",
    )


def _cut_off(head: Head, known: Head) -> Finding:
    return Finding(
        position=head.position + 1,
        fault=Fault.CUT_OFF,
        detail=f"the log ends at {head.position}; it is known to have reached {known.position}",
    )
