"""One append as it is sent: rows with their positions and digests, on top of a known head."""

from dataclasses import dataclass

from quarterdeck.adapters.postgres.admission import Admission
from quarterdeck.adapters.postgres.rows import place_row
from quarterdeck.audit.chain import Head, link


@dataclass(frozen=True)
class Attempt:
    """`before` is the head it builds on, `after` the one it makes."""

    admission: Admission
    rows: list[bytes]
    before: Head
    after: Head

    def settle(self) -> None:
        """It is committed: the accepted get their positions."""
        position = self.before.position + 1
        for submission in self.admission.accepted:
            submission.outcome = position
            position += len(submission.rows)


def chained(admission: Admission, before: Head) -> Attempt:
    """The accepted rows, each linked to the one before it."""
    position, digest = before.position, before.digest
    rows: list[bytes] = []
    for submission in admission.accepted:
        for row in submission.rows:
            position += 1
            digest = link(digest, position, row.covered)
            rows.append(place_row(row, position, digest))
    return Attempt(admission, rows, before, Head(position=position, digest=digest))
