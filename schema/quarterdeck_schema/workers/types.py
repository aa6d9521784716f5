"""What a worker found, as the API shows it."""

from datetime import datetime

import strawberry

from quarterdeck_projections.queries.findings import FindingRow
from quarterdeck_projections.states import FindingKind
from quarterdeck_schema import ids
from quarterdeck_schema.scalars import Long

strawberry.enum(FindingKind)


@strawberry.type(description="Something on a host that was otherwise than the log had it.")
class Finding:
    position: Long = strawberry.field(description="Of its event in the log.")
    found_at: datetime
    worker_id: str | None
    kind: FindingKind
    session_id: strawberry.ID
    detail: str


def finding_of(row: FindingRow) -> Finding:
    return Finding(
        position=Long(row.position),
        found_at=row.found_at,
        worker_id=row.worker_id,
        kind=row.kind,
        session_id=strawberry.ID(ids.encode("Session", row.session_id)),
        detail=row.detail,
    )
