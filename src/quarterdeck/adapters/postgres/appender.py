"""Appends a batch to the log: in one round trip where nobody else writes, else under the head's lock."""

from collections.abc import Collection, Sequence
from uuid import UUID

import psycopg

from quarterdeck.adapters.postgres.admission import Admission, Versions, admit
from quarterdeck.adapters.postgres.attempt import Attempt, chained
from quarterdeck.adapters.postgres.head import ConnectionLostError, HeadConnection
from quarterdeck.adapters.postgres.submission import Submission
from quarterdeck.audit.chain import Head
from quarterdeck.domain.errors import UnavailableError

ATTEMPTS = 20
CAUTIOUS_ROUNDS = 8
"""How many rounds take the lock first after another process was found to write."""


class Appender:
    """Used by one thread, but for `observe`."""

    def __init__(self, url: str, versions: Versions) -> None:
        self._url = url
        self._versions = versions
        self._connection: HeadConnection | None = None
        self._head: Head | None = None
        self._cautious = 0
        self._sent: Attempt | None = None
        self._doubtful: list[Attempt] = []
        """Sent, and the connection was lost before the answer came."""

    def observe(self, head: Head, *, quiet: bool = False) -> None:
        """Tells of a head that a reader saw, so that the next append builds on it.

        `quiet`: it may well be the last for now, and is worth a try without the lock.
        """
        known = self._head
        if head.position > (known.position if known is not None else 0):
            self._head = head
            if quiet:
                self._cautious = 0

    def append(self, batch: Sequence[Submission]) -> None:
        """Gives every submission its outcome. Raises `ConnectionLostError` where it is to be called again."""
        try:
            connection = self._connection = self._connection or HeadConnection(self._url)
            for _ in range(ATTEMPTS):
                if not (waiting := [s for s in batch if s.outcome is None]):
                    return
                self._round(connection, waiting)
        except ConnectionLostError:
            if self._sent is not None:
                self._doubtful.append(self._sent)
            self.close()
            raise
        for submission in batch:
            if submission.outcome is None:
                submission.outcome = UnavailableError(
                    "The log's head and its events do not agree.", "Run `qd audit verify`."
                )

    def doubts(self, submission: Submission) -> bool:
        """Whether it is stored is not known."""
        return any(submission in attempt.admission.accepted for attempt in self._doubtful)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._head = self._sent = None

    def _round(self, connection: HeadConnection, batch: Sequence[Submission]) -> None:
        locked = self._head is None or self._cautious > 0 or bool(self._doubtful)
        try:
            if locked:
                self._append_locked(connection, batch)
            else:
                self._append_freely(connection, batch)
        except psycopg.Error as error:
            self._sent = None
            if locked:
                connection.rollback()
            self._recover(connection, batch, error)

    def _append_freely(self, connection: HeadConnection, batch: Sequence[Submission]) -> None:
        admission = self._admit(connection, batch)
        if not admission.accepted or self._send(connection, admission, self._head or Head()):
            self._finish(admission)
        else:
            self._sent, self._head, self._cautious = None, None, CAUTIOUS_ROUNDS

    def _append_locked(self, connection: HeadConnection, batch: Sequence[Submission]) -> None:
        self._cautious = max(0, self._cautious - 1)
        self._head = connection.lock()
        self._resolve_doubts(connection)
        admission = self._admit(connection, [s for s in batch if s.outcome is None])
        if admission.accepted:
            self._send(connection, admission, self._head)
            connection.commit()
        else:
            connection.rollback()
        self._finish(admission)

    def _resolve_doubts(self, connection: HeadConnection) -> None:
        """What is not in the log by now never will be: it builds on a head that is about to move, under this lock."""
        for attempt in self._doubtful:
            if connection.holds(attempt.after):
                attempt.settle()
                self._remember(attempt.admission)

    def _admit(self, connection: HeadConnection, batch: Sequence[Submission]) -> Admission:
        admission = admit(batch, self._versions, set())
        if admission.unsure:
            self._look_up(connection, admission.unsure)
            admission = admit(batch, self._versions, admission.unsure)
        return admission

    def _send(self, connection: HeadConnection, admission: Admission, head: Head) -> bool:
        self._sent = chained(admission, head)
        return connection.append(self._sent.rows, self._sent.before, self._sent.after)

    def _finish(self, admission: Admission) -> None:
        if self._sent is not None:
            self._sent.settle()
            self._head = self._sent.after
            self._remember(admission)
        for submission, error in admission.refused:
            submission.outcome = error
        self._sent = None
        self._doubtful.clear()

    def _recover(self, connection: HeadConnection, batch: Sequence[Submission], error: psycopg.Error) -> None:
        """A stream was written by somebody else, or one submission cannot be stored: the others must not suffer."""
        if isinstance(error, psycopg.errors.UniqueViolation):
            self._look_up(connection, {row.stream_id for submission in batch for row in submission.rows})
        elif len(batch) > 1:
            for submission in batch:
                self._round(connection, [submission])
        else:
            batch[0].outcome = UnavailableError(
                f"PostgreSQL refused to append to the log: {error.diag.message_primary or error}",
                "See PostgreSQL's log, and run `quarterdeck doctor`.",
            )

    def _look_up(self, connection: HeadConnection, streams: Collection[UUID]) -> None:
        for stream_id, version in connection.versions(streams).items():
            self._versions.raise_to(stream_id, version)

    def _remember(self, admission: Admission) -> None:
        for stream_id, version in admission.versions.items():
            self._versions.raise_to(stream_id, version)
