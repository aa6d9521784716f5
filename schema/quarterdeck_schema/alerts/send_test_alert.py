"""Trying a rule's way out."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class SendTestAlertInput:
    rule_id: strawberry.ID
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type(description="The rule's deliveries say how the messages fare.")
class SendTestAlertPayload:
    rule_id: strawberry.ID
    position: Long


SendTestAlertResult = Annotated[SendTestAlertPayload | Failure, strawberry.union("SendTestAlertResult")]


@strawberry.type
class SendTestAlertMutation:
    @mutation("alert:write", "Sends a message that says that it is a test to every place that the rule tells.")
    async def send_test_alert(self, info: Info, input: SendTestAlertInput) -> SendTestAlertResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.alerts.send_test(
            info.context.caller,
            ids.decode_as("AlertRule", input.rule_id, "ruleId"),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return SendTestAlertPayload(rule_id=input.rule_id, position=Long(outcome.position))
