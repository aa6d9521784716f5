"""What was erased of commands' output."""

from collections.abc import Sequence
from typing import cast

from quarterdeck.domain.erasure import PayloadErased
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.tables import OutputErasure


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    erasures = changes.of(OutputErasure)
    for logged in batch:
        event = cast("PayloadErased", logged.event)
        for output in event.output:
            row: Row = {
                "command_id": output.command_id,
                "position": logged.position,
                "first": output.first,
                "until": output.until,
                "output_sha256": output.output_sha256,
                "reason": event.reason,
                "erased_at": logged.recorded_at,
            }
            erasures.insert((str(output.command_id), logged.position), row)
    return changes


OUTPUT_ERASURES = RowProjection(
    name="output_erasures", tables=(OutputErasure,), topics=frozenset({PayloadErased.TOPIC}), project=project
)
