"""Encoding by plan gives what execution gives, and shares it."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, parse

from quarterdeck.application.frames import FrameKind
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.domain.base import Actor, ActorKind, Envelope
from quarterdeck.gateway.graphql_core import Run
from quarterdeck.gateway.plan import Plan, compile_plan
from quarterdeck_schema.commands.output import OutputChunk
from quarterdeck_schema.events.types import event_of
from quarterdeck_schema.scalars import Base64, Long
from quarterdeck_schema.schema import executable


def chunk() -> OutputChunk:
    return OutputChunk(kind=FrameKind.ERROR, offset=Long(2**40), time_us=Long(7), data=Base64(b'\xff\x00"\n'))


def raw_event() -> RawEvent:
    return RawEvent(
        position=7,
        stream_id=UUID(int=1),
        version=2,
        topic='Something"Happened',
        schema_version=1,
        envelope=Envelope(
            recorded_at=datetime(2026, 1, 2, tzinfo=UTC),
            actor=Actor(kind=ActorKind.USER, id="ada\n"),
            correlation_id=UUID(int=3),
            project_id=UUID(int=4),
        ),
        payload='{"a":"ü\\u0000"}'.encode(),
        payload_digest=b"\1" * 32,
        digest=b"\2" * 32,
    )


def plan_of(text: str) -> Plan | None:
    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return compile_plan(document, operation)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("__typename", {"__typename": "OutputChunk"}),
        (
            "... on OutputChunk { kind offset timeUs data }",
            {"kind": "ERROR", "offset": 2**40, "timeUs": 7, "data": "/wAiCg=="},
        ),
        ("... on OutputChunk { o: offset offset }", {"o": 2**40, "offset": 2**40}),
        ("...F __typename", {"offset": 2**40, "__typename": "OutputChunk"}),
        ("... { ... on OutputChunk { offset } } ... on CaughtUp { offset }", {"offset": 2**40}),
        ("... on CaughtUp { offset }", {}),
    ],
)
def test_a_plan_gives_what_is_asked_of_a_chunk(selection: str, expected: dict[str, object]) -> None:
    plan = plan_of(
        f'subscription {{ x: commandOutput(commandId: "a") {{ {selection} }} }} fragment F on OutputChunk {{ offset }}'
    )
    assert plan is not None
    assert orjson.loads(plan.encode(chunk())) == {"data": {"x": expected}}


@pytest.mark.parametrize(
    "text",
    [
        "subscription { events @include(if: true) { position } }",
        "{ events { edges { cursor } } }",
        'subscription { commandOutput(commandId: "a") { ... on OutputChunk @include(if: true) { offset } } }',
        'subscription { commandOutput(commandId: "a") { ... on OutputChunk { offset @skip(if: false) } } }',
        'subscription { commandOutput(commandId: "a") @include(if: true) { __typename } }',
    ],
)
def test_what_is_unusual_has_no_plan(text: str) -> None:
    assert plan_of(text) is None


def test_a_chunk_is_encoded_once_for_all_who_share_a_plan() -> None:
    plan, one = plan_of('subscription { commandOutput(commandId: "a") { __typename } }'), chunk()
    assert plan is not None
    assert plan.encode(one) is plan.encode(one)


async def test_events_say_the_same_by_plan_and_by_execution() -> None:
    event_type = executable().get_type("Event")
    assert isinstance(event_type, GraphQLObjectType)
    names = " ".join(event_type.fields)
    document = parse(f"subscription {{ events {{ __typename x: topic {names} }} }}")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    plan = compile_plan(document, operation)
    assert plan is not None, "each field of Event is flat: list a new one in plan.EVENT"

    event = event_of(raw_event())
    run = Run(
        schema=executable(), document=document, operation_name=None, variables=None, context=None, hide_suggestions=True
    )
    executed = await run.result(event)

    assert plan.takes(event)
    assert orjson.loads(plan.encode(event)) == {"data": executed.data}
