"""Encoding by plan gives what execution gives, and shares it."""

import orjson
import pytest
from graphql import OperationDefinitionNode, parse

from quarterdeck.application.frames import FrameKind
from quarterdeck.gateway.plan import Plan, compile_plan
from quarterdeck_schema.commands.output import OutputChunk
from quarterdeck_schema.scalars import Base64, Long


def chunk() -> OutputChunk:
    return OutputChunk(kind=FrameKind.ERROR, offset=Long(2**40), time_us=Long(7), data=Base64(b'\xff\x00"\n'))


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
        "subscription { events { position } }",
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
