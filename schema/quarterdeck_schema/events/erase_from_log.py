"""Erasing what must not stay in the log."""

from typing import Annotated

import strawberry

from quarterdeck.application.erasing import EventTarget, OutputTarget
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.domain.erasure import ErasedEventFields, ErasedOutput
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class ErasedEventInput:
    position: Long
    fields: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="A dot leads into an object. Left out: all that can be erased."
    )


@strawberry.input
class ErasedOutputInput:
    command_id: strawberry.ID
    first: Long | None = strawberry.field(default=strawberry.UNSET, description="Offset of the first byte; default 0.")
    until: Long | None = strawberry.field(
        default=strawberry.UNSET, description="Offset after the last byte; default: to the end."
    )


@strawberry.input
class EraseFromLogInput:
    reason: str = strawberry.field(description="Stays in the log: without the secret.")
    events: list[ErasedEventInput] | None = strawberry.UNSET
    output: list[ErasedOutputInput] | None = strawberry.UNSET
    dry_run: bool | None = strawberry.field(default=strawberry.UNSET, description="Says what would be erased.")
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class EventErasure:
    position: Long
    topic: str
    fields: list[str] = strawberry.field(description="Empty: the whole payload.")
    payload: str | None = strawberry.field(description="As it was before; in a dry run only.")


@strawberry.type
class OutputErasure:
    command_id: strawberry.ID
    first: Long
    until: Long


@strawberry.type
class EraseFromLogPayload:
    events: list[EventErasure]
    output: list[OutputErasure]
    position: Long | None = strawberry.field(description="Of the last PayloadErased; null in a dry run.")


EraseFromLogResult = Annotated[EraseFromLogPayload | Failure, strawberry.union("EraseFromLogResult")]


@strawberry.type
class EraseFromLogMutation:
    @mutation(
        "log:erase",
        "Takes fields of events, and stretches of output, out of the log and the transcripts for good. That it was "
        "done, by whom, why and where stays. The read models follow. For owners of the projects concerned, and admins.",
    )
    async def erase_from_log(self, info: Info, input: EraseFromLogInput) -> EraseFromLogResult:  # noqa: A002 - the argument's name
        dry = bool(given(input.dry_run))
        erased = await info.context.services.erasing.erase(
            info.context.caller,
            input.reason,
            [EventTarget(position=e.position, fields=tuple(given(e.fields) or ())) for e in given(input.events) or ()],
            [_stretch(each) for each in given(input.output) or ()],
            dry_run=dry,
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return EraseFromLogPayload(
            events=[_event(row, fields, shown=dry) for row, fields in erased.events],
            output=[_output(each) for each in erased.output],
            position=None if erased.position is None else Long(erased.position),
        )


def _stretch(told: ErasedOutputInput) -> OutputTarget:
    command_id = ids.decode_as("Command", told.command_id, "output")
    return OutputTarget(command_id=command_id, first=given(told.first) or 0, until=given(told.until))


def _event(row: RawEvent, erased: ErasedEventFields, *, shown: bool) -> EventErasure:
    payload = row.payload.decode("utf-8", "replace") if shown and row.payload is not None else None
    return EventErasure(position=Long(row.position), topic=row.topic, fields=list(erased.fields), payload=payload)


def _output(erased: ErasedOutput) -> OutputErasure:
    return OutputErasure(
        command_id=ids.encode("Command", erased.command_id), first=Long(erased.first), until=Long(erased.until)
    )
