"""Recording what an agent's calls of models took."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input(description="A name of OpenTelemetry's conventions for generative AI, such as gen_ai.agent.name.")
class UsageAttributeInput:
    name: str
    value: str


@strawberry.input(
    description=(
        "A call, named as in OpenTelemetry's `gen_ai.*`: inputTokens includes what the cache served and took, "
        "outputTokens the reasoning. `responseId` is the provider's id of it. `occurredAt`: within the last 7 days."
    )
)
class ModelCallInput:
    provider: str
    response_id: str
    model: str
    input_tokens: Long
    output_tokens: Long
    cache_read_input_tokens: Long = Long(0)
    cache_creation_input_tokens: Long = Long(0)
    reasoning_output_tokens: Long = Long(0)
    operation: str = ""
    occurred_at: datetime | None = strawberry.UNSET
    session_id: strawberry.ID | None = strawberry.UNSET
    task_id: strawberry.ID | None = strawberry.UNSET
    persona: str = ""
    reservation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="That it was made under, and that it settles."
    )
    attributes: list[UsageAttributeInput] | None = strawberry.UNSET


@strawberry.input
class RecordModelUsageInput:
    project_id: strawberry.ID
    calls: list[ModelCallInput]
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type(description="The same for the same calls, however often they are told.")
class RecordModelUsagePayload:
    calls: int
    position: Long = strawberry.field(description="Of the last of their events.")


RecordModelUsageResult = Annotated[RecordModelUsagePayload | Failure, strawberry.union("RecordModelUsageResult")]


@strawberry.type
class RecordModelUsageMutation:
    @mutation(
        "usage:write", "All of the calls or none. One that was recorded before, by its responseId, stays as it was."
    )
    async def record_model_usage(
        self,
        info: Info,
        input: RecordModelUsageInput,  # noqa: A002 - the argument's name
    ) -> RecordModelUsageResult:
        project_id = ids.decode_as("Project", input.project_id, "projectId")
        told = [_told(project_id, call, f"calls.{number}.") for number, call in enumerate(input.calls)]
        recorded = await info.context.services.usage.record(
            info.context.caller,
            project_id,
            told,
            key=idempotency_key(info, input, input.idempotency_key),
            reservations=_reservations(input.calls),
        )
        return RecordModelUsagePayload(calls=len(recorded.ids), position=Long(recorded.position))


def _reservations(calls: list[ModelCallInput]) -> dict[int, UUID]:
    named = {number: given(call.reservation_id) for number, call in enumerate(calls)}
    return {
        number: ids.decode_as("BudgetReservation", text, f"calls.{number}.reservationId")
        for number, text in named.items()
        if text
    }


def _told(project_id: UUID, call: ModelCallInput, field: str) -> ModelUsageRecorded:
    session_id, task_id = given(call.session_id), given(call.task_id)
    return ModelUsageRecorded(
        project_id=project_id,
        provider=call.provider,
        response_id=call.response_id,
        model=call.model,
        tokens=Tokens(
            input_tokens=call.input_tokens,
            cache_read_input_tokens=call.cache_read_input_tokens,
            cache_creation_input_tokens=call.cache_creation_input_tokens,
            output_tokens=call.output_tokens,
            reasoning_output_tokens=call.reasoning_output_tokens,
        ),
        operation=call.operation,
        occurred_at=given(call.occurred_at),
        session_id=ids.decode_as("Session", session_id, f"{field}sessionId") if session_id else None,
        task_id=ids.decode_as("Task", task_id, f"{field}taskId") if task_id else None,
        persona=call.persona,
        attributes=_attributes(given(call.attributes) or [], f"{field}attributes"),
    )


def _attributes(told: list[UsageAttributeInput], field: str) -> dict[str, str]:
    attributes = {each.name: each.value for each in told}
    if len(attributes) != len(told):
        raise InvalidInputError("An attribute is told twice.", "Tell each once.", field=field)
    return attributes
