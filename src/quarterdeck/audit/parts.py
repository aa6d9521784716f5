"""The rows of a part of the log, checked one by one, and each stream for rows that are missing in it.

A stream's versions have no gaps. Of the streams that belong to one session, and so to one project, a part holds all
events, so a gap is something taken out. That the last of a stream, or all of one, were left out, cannot be seen so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_args
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.chain import Head
from quarterdeck.audit.holes import Holes
from quarterdeck.audit.inclusion.checking import Inclusion
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.audit.verify import Report, payload_is_sound
from quarterdeck.domain.command import CommandEvent
from quarterdeck.domain.session_events import SessionEvent
from quarterdeck.domain.workspace import WorkspaceEvent


def _topics(union: Any) -> frozenset[str]:
    return frozenset(event.TOPIC for event in get_args(union))


WHOLE_STREAMS = _topics(SessionEvent) | _topics(CommandEvent) | _topics(WorkspaceEvent)
"""Of streams all of whose events name the session."""


def check_part(rows: Iterator[RawEvent], inclusion: Inclusion, holes: Holes) -> Report:
    """Up to the first bad row; the good ones are told to `inclusion` and to `holes`."""
    walk = _Part()
    for row in rows:
        if finding := walk.fault_of(row):
            return walk.report(finding)
        walk.take(row)
        inclusion.take(row)
        holes.take(row)
    return walk.report()


@dataclass
class _Part:
    checked: int = 0
    erased: int = 0
    last: Head = field(default_factory=Head)
    versions: dict[UUID, int] = field(default_factory=dict[UUID, int])
    """Of each stream that is held whole, the last: a few bytes for each command."""

    def fault_of(self, row: RawEvent) -> Finding | None:
        if row.position <= self.last.position:
            return _found(row, Fault.REORDERED, f"row {row.position} stands after row {self.last.position}")
        if not payload_is_sound(row):
            detail = f"the payload of row {row.position} does not have the digest that was logged"
            return _found(row, Fault.CHANGED_PAYLOAD, detail)
        due = self.versions.get(row.stream_id, 0) + 1
        if row.topic in WHOLE_STREAMS and row.version != due:
            detail = f"row {row.position} is version {row.version} of its stream, and version {due} is not before it"
            return _found(row, Fault.REMOVED, detail)
        return None

    def take(self, row: RawEvent) -> None:
        self.checked, self.erased = self.checked + 1, self.erased + row.erased
        self.last = Head(position=row.position, digest=row.digest)
        if row.topic in WHOLE_STREAMS:
            self.versions[row.stream_id] = row.version

    def report(self, finding: Finding | None = None) -> Report:
        return Report(checked=self.checked, erased=self.erased, head=self.last, finding=finding)


def _found(row: RawEvent, fault: Fault, detail: str) -> Finding:
    return Finding(position=row.position, fault=fault, detail=detail)
