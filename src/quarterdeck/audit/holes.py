"""Holes in a log, and the records that say why they are there: each hole needs one, and holds what that says.

A record may come long after the row that it is about, so an open hole is judged at the end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.domain.erasure import PayloadErased

Check = Callable[[RawEvent], Finding | None]


MOST_REASON = 1000
"""Characters; a server takes no more."""


@dataclass
class Holes:
    """Told of each row in order. A few bytes for each hole are kept, and for each thing that was erased."""

    _rows: dict[int, str] = field(default_factory=dict[int, str])
    """Digest, by position, of what stands in a hole; empty where nothing does."""
    _outputs: dict[UUID, tuple[int, str]] = field(default_factory=dict[UUID, tuple[int, str]])
    """By command: position of its end, and the digest of the output that there is."""
    _vouched: dict[int, str] = field(default_factory=dict[int, str])
    _vouched_outputs: dict[UUID, str] = field(default_factory=dict[UUID, str])
    reasons: dict[int, str] = field(default_factory=dict[int, str])
    """By the position of what was erased, why."""
    outputs: int = 0
    """Transcripts with a part erased, that are what their record says."""

    def take(self, event: RawEvent) -> None:
        if event.erased:
            self._rows[event.position] = "" if event.payload is None else sha256(event.payload).hexdigest()
        if event.topic != PayloadErased.TOPIC:
            return
        record = decode(event.topic, event.schema_version, event.payload)
        if isinstance(record, PayloadErased):
            # the last one that is about something holds
            self._vouched |= {each.position: each.sha256 for each in record.events}
            self._vouched_outputs |= {each.command_id: each.output_sha256 for each in record.output}
            reason = record.reason[:MOST_REASON]
            self.reasons |= {each.position: reason for each in record.events}

    def put_output(self, command_id: UUID, position: int, digest: str) -> None:
        """A transcript that is not what its command's end, at this position, says."""
        self._outputs[command_id] = (position, digest)

    def finding(self) -> Finding | None:
        """After the last row: the first hole that no record is about."""
        found = [
            Finding(
                position=position, fault=Fault.UNEXPLAINED_HOLE, detail=_told(position, self._vouched.get(position))
            )
            for position, digest in self._rows.items()
            if self._vouched.get(position) != digest
        ]
        self.outputs = 0
        for command_id, (position, digest) in self._outputs.items():
            if self._vouched_outputs.get(command_id) == digest:
                self.outputs += 1
            else:
                detail = f"the transcript of command {command_id} is not what its end says"
                found.append(Finding(position=position, fault=Fault.CHANGED_TRANSCRIPT, detail=detail))
        return min(found, key=lambda each: each.position, default=None)

    def beside(self, check: Check) -> Check:
        """A check that tells this one too."""

        def both(event: RawEvent) -> Finding | None:
            self.take(event)
            return check(event)

        return both


def _told(position: int, vouched: str | None) -> str:
    if vouched is None:
        return f"the payload of row {position} was erased, and no record says so"
    return f"what stands in the hole of row {position} is not what the record of its erasure says"
