"""Setting a silence."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.alert_rule import Severity
from quarterdeck.domain.silence import Matcher
from quarterdeck_schema.alerts.inputs import labels_in, project_id_of
from quarterdeck_schema.alerts.shown import shown_silence
from quarterdeck_schema.alerts.types import Silence
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input(description="`value`: a global id of a user, project, session or task.")
class AlertLabelInput:
    name: str
    value: str


@strawberry.input(description="What is left out matches whatever it is.")
class SetSilenceInput:
    until: datetime
    reason: str
    project_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Left out: of the server and of every project, which is for admins."
    )
    rule: str | None = strawberry.UNSET
    severity: Severity | None = strawberry.UNSET
    labels: list[AlertLabelInput] | None = strawberry.UNSET
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class SetSilencePayload:
    silence_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def silence(self, info: Info) -> Silence:
        return await shown_silence(info, self.silence_id, self.position)


SetSilenceResult = Annotated[SetSilencePayload | Failure, strawberry.union("SetSilenceResult")]


@strawberry.type
class SetSilenceMutation:
    @mutation("alert:write", "For a while, alerts that match are raised and shown, and not told of.")
    async def set_silence(self, info: Info, input: SetSilenceInput) -> SetSilenceResult:  # noqa: A002 - the argument's name
        severity = given(input.severity)
        outcome = await info.context.services.alerts.set_silence(
            info.context.caller,
            project_id_of(input.project_id),
            Matcher(
                rule=given(input.rule) or "",
                severity=severity.value if severity else "",
                labels={each.name: labels_in(each.name, [each.value])[0] for each in given(input.labels) or []},
            ),
            input.until,
            input.reason,
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return SetSilencePayload(silence_id=outcome.subject_id, position=Long(outcome.position))
