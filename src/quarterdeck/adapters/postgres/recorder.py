"""The group-committing recorder: the eventsourcing library's application recorder on the log's own table."""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder

from quarterdeck.adapters.postgres.committer import Committer
from quarterdeck.adapters.postgres.datastore import UrlDatastore
from quarterdeck.adapters.postgres.rows import PreparedRow, check_size, prepare_envelope, prepare_row
from quarterdeck.adapters.postgres.submission import Submission, Ticket
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.audit.chain import Head
from quarterdeck.domain.base import Actor, ActorKind, Envelope
from quarterdeck.domain.errors import InvalidInputError, QuarterdeckError

CHANNEL = "quarterdeck_log"
"""Where each commit notifies of its last position."""
PATIENCE_SECONDS = 10.0
"""How long an append waits for PostgreSQL to come back."""


@dataclass(frozen=True)
class RecordedEvent(StoredEvent):
    """A stored event with what our log records beside it."""

    schema_version: int
    envelope: Envelope


class GroupCommittingRecorder(PostgresApplicationRecorder):
    """Gathers waiting callers into one transaction; a conflict is told to the caller concerned only.

    Reads go through the view `log.stored_events`, which has the library's column names.
    """

    def __init__(self, url: str) -> None:
        super().__init__(UrlDatastore(url), events_table_name="stored_events")
        self.channel_name = CHANNEL
        self._committer = Committer(url)

    def create_table(self) -> None:
        """Nothing: `schema.install` makes the tables."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's blocking way in: its errors, and the positions."""
        del kwargs
        if not stored_events:
            return None
        try:
            first = self.submit(stored_events).result()
        except ConcurrencyError as error:
            raise IntegrityError(error.message) from error
        except QuarterdeckError as error:
            raise OperationalError(error.message) from error
        return list(range(first, first + len(stored_events)))

    def submit(self, stored_events: Sequence[StoredEvent]) -> Future[int]:
        """The position of the first, to come. Fails with `ConcurrencyError` or `UnavailableError`."""
        ticket: Future[int] = Future()
        self.enqueue([_prepare(event) for event in stored_events], ticket)
        return ticket

    def enqueue(self, rows: Sequence[PreparedRow], ticket: Ticket) -> None:
        """As `submit`, for rows that are prepared and a ticket of the caller's own kind."""
        submission = Submission(rows, check_size(rows), ticket, time.monotonic() + PATIENCE_SECONDS)
        self._committer.submit(submission)

    def know_version(self, stream_id: UUID, version: int) -> None:
        """A reader saw the stream at this version: an append that builds on it need not look it up."""
        self._committer.versions.raise_to(stream_id, version)

    def known_version(self, stream_id: UUID) -> int:
        """The last version that this process knows of; 0 for none."""
        return self._committer.versions.get(stream_id) or 0

    def know_head(self, head: Head, *, quiet: bool = False) -> None:
        """A reader saw this head; `quiet`: perhaps the log stands still there."""
        self._committer.observe(head, quiet=quiet)

    def close(self) -> None:
        self._committer.close()
        self.datastore.close()


def _prepare(event: StoredEvent) -> PreparedRow:
    if not isinstance(event.originator_id, UUID):
        raise InvalidInputError(f"The stream id {event.originator_id!r} is no UUID.")
    if isinstance(event, RecordedEvent):
        schema_version, envelope = event.schema_version, event.envelope
    else:
        schema_version, envelope = 1, _library_envelope()
    return prepare_row(
        event.originator_id,
        event.originator_version,
        event.topic,
        schema_version,
        event.state,
        prepare_envelope(envelope),
    )


def _library_envelope() -> Envelope:
    """For events that the library stores by itself, as snapshots."""
    return Envelope(
        recorded_at=datetime.now(UTC), actor=Actor(kind=ActorKind.SYSTEM, id="library"), correlation_id=uuid4()
    )
