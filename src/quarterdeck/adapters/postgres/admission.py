"""Who of a batch may append: each stream must be at the version its writer saw. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from quarterdeck.adapters.postgres.submission import Submission
from quarterdeck.application.errors import ConcurrencyError

MAX_STREAMS = 100_000


class Versions:
    """Versions that streams are known to have reached. They only grow, so an old value is never wrong, only low."""

    def __init__(self) -> None:
        self._known: dict[UUID, int] = {}

    def get(self, stream_id: UUID) -> int | None:
        return self._known.get(stream_id)

    def raise_to(self, stream_id: UUID, version: int) -> None:
        """Called by the committer and, for streams that were read, by event loops."""
        known = self._known
        if known.get(stream_id, -1) < version:
            known[stream_id] = version
        if len(known) > MAX_STREAMS:
            self._known = {}


@dataclass
class Admission:
    accepted: list[Submission] = field(default_factory=list[Submission])
    refused: list[tuple[Submission, ConcurrencyError]] = field(
        default_factory=list[tuple[Submission, ConcurrencyError]]
    )
    versions: dict[UUID, int] = field(default_factory=dict[UUID, int])
    """Where the accepted leave their streams."""
    unsure: set[UUID] = field(default_factory=set[UUID])
    """Streams whose version has to be looked up before this can be decided."""


def admit(batch: Iterable[Submission], versions: Versions, looked_up: set[UUID]) -> Admission:
    """Decides in order of arrival; a later writer may build on an earlier one of the same batch.

    `looked_up` are streams whose version in `versions`, or absence from it, is that of the log.
    """
    admission = Admission()
    for submission in batch:
        _admit(submission, admission, versions, looked_up)
    return admission


def _admit(submission: Submission, admission: Admission, versions: Versions, looked_up: set[UUID]) -> None:
    reached: dict[UUID, int] = {}
    for row in submission.rows:
        stream_id, expected = row.stream_id, row.version - 1
        current = reached.get(stream_id)
        if current is None:
            current = admission.versions.get(stream_id)
        if current is None:
            current = versions.get(stream_id)
        if current is None and expected <= 0:
            pass  # a new stream, as far as is known: the unique key has the last word
        elif current != expected:
            if stream_id not in looked_up and (current is None or current < expected):
                admission.unsure.add(stream_id)
            else:
                admission.refused.append((submission, _conflict(stream_id, current or 0, expected)))
                return
        reached[stream_id] = row.version
    admission.versions.update(reached)
    admission.accepted.append(submission)


def _conflict(stream_id: UUID, current: int, expected: int) -> ConcurrencyError:
    return ConcurrencyError(
        f"Stream {stream_id} is at version {current}, not at {expected}: somebody else wrote in between.",
        "Load it again and decide again.",
    )
