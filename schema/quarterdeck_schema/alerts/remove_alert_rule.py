"""Removing an alert rule."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.alerts.shown import shown_rule
from quarterdeck_schema.alerts.types import AlertRule
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class RemoveAlertRuleInput:
    rule_id: strawberry.ID
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class RemoveAlertRulePayload:
    rule_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def rule(self, info: Info) -> AlertRule:
        return await shown_rule(info, self.rule_id, self.position)


RemoveAlertRuleResult = Annotated[RemoveAlertRulePayload | Failure, strawberry.union("RemoveAlertRuleResult")]


@strawberry.type
class RemoveAlertRuleMutation:
    @mutation("alert:write", "Its alerts are resolved.")
    async def remove_alert_rule(self, info: Info, input: RemoveAlertRuleInput) -> RemoveAlertRuleResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.alerts.remove_rule(
            info.context.caller,
            ids.decode_as("AlertRule", input.rule_id, "ruleId"),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return RemoveAlertRulePayload(rule_id=outcome.subject_id, position=Long(outcome.position))
