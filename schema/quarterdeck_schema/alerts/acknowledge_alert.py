"""Acknowledging an alert."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.alerts.shown import shown_alert
from quarterdeck_schema.alerts.types import Alert
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class AcknowledgeAlertInput:
    alert_id: strawberry.ID
    note: str | None = strawberry.UNSET
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class AcknowledgeAlertPayload:
    alert_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def alert(self, info: Info) -> Alert:
        return await shown_alert(info, self.alert_id, self.position)


AcknowledgeAlertResult = Annotated[AcknowledgeAlertPayload | Failure, strawberry.union("AcknowledgeAlertResult")]


@strawberry.type
class AcknowledgeAlertMutation:
    @mutation("alert:write", "You see to it: it is not said again until it is over.")
    async def acknowledge_alert(self, info: Info, input: AcknowledgeAlertInput) -> AcknowledgeAlertResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.alerts.acknowledge(
            info.context.caller,
            ids.decode_as("Alert", input.alert_id, "alertId"),
            given(input.note) or "",
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return AcknowledgeAlertPayload(alert_id=outcome.subject_id, position=Long(outcome.position))
