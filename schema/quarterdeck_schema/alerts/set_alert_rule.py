"""Setting an alert rule."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema.alerts.inputs import AlertRuleInput, project_id_of, settings_of
from quarterdeck_schema.alerts.shown import shown_rule
from quarterdeck_schema.alerts.types import AlertRule
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class SetAlertRuleInput:
    rule: AlertRuleInput
    project_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Left out: of the whole server, which is for its admins."
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class SetAlertRulePayload:
    rule_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def rule(self, info: Info) -> AlertRule:
        return await shown_rule(info, self.rule_id, self.position)


SetAlertRuleResult = Annotated[SetAlertRulePayload | Failure, strawberry.union("SetAlertRuleResult")]


@strawberry.type
class SetAlertRuleMutation:
    @mutation("alert:write", "Makes a rule, or puts this one in the place of that name.")
    async def set_alert_rule(self, info: Info, input: SetAlertRuleInput) -> SetAlertRuleResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.alerts.set_rule(
            info.context.caller,
            project_id_of(input.project_id),
            input.rule.name,
            settings_of(input.rule),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return SetAlertRulePayload(rule_id=outcome.subject_id, position=Long(outcome.position))
