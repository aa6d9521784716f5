"""What can be erased of which event, and what is left then."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from quarterdeck.adapters.memory.erasures import tombstone
from quarterdeck.adapters.postgres.codec import decode, encode
from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.application.transcript import hole, without
from quarterdeck.domain.erasure import ERASABLE, erasable_fields, table
from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.events import EVENT_TYPES

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "erasable.md"


@pytest.mark.parametrize("topic", sorted(ERASABLE))
def test_an_event_with_its_fields_erased_is_still_one_of_its_kind(topic: str) -> None:
    """So no stream loses what its state is made of."""

    @settings(
        max_examples=8,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        database=None,
    )
    @given(event=st.from_type(EVENT_TYPES[topic]))
    def check(event: Any) -> None:
        # JSON has no NaN
        assume(type(decode(topic, event.SCHEMA_VERSION, encode(event))) is type(event))
        after = tombstone(encode(event), ERASABLE[topic])
        assert type(decode(topic, event.SCHEMA_VERSION, after)) is type(event)
        assert tombstone(after, ERASABLE[topic]) == after

    check()


@pytest.mark.parametrize(("topic", "field"), [(topic, field) for topic, fields in ERASABLE.items() for field in fields])
def test_every_field_of_the_table_is_one(topic: str, field: str) -> None:
    name, _, inner = field.partition(".")
    held = {each.name: each.type for each in _fields(EVENT_TYPES[topic])}
    assert name in held
    if inner:
        assert inner in {each.name for each in _fields(held[name])}


def _fields(kind: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(kind)


def test_fields_left_out_are_all_that_can_be() -> None:
    assert erasable_fields("CommandRequested", (), known=True, position=1) == ("text", "environment")
    assert erasable_fields("CommandRequested", ("text",), known=True, position=1) == ("text",)
    assert erasable_fields("FromTheFuture", (), known=False, position=1) == ()


def test_what_decides_state_is_refused_and_what_can_be_erased_is_named() -> None:
    with pytest.raises(ConflictError, match="decides the state") as refused:
        erasable_fields("MemberAdded", (), known=True, position=7)
    assert "erasable.md" in refused.value.next_step
    with pytest.raises(ConflictError, match="event 7") as refused:
        erasable_fields("CommandRequested", ("project_id",), known=True, position=7)
    assert "text, environment" in refused.value.next_step
    with pytest.raises(InvalidInputError, match="cannot read event 7"):
        erasable_fields("FromTheFuture", ("text",), known=False, position=7)


def test_the_reference_is_this_table() -> None:
    assert table() in REFERENCE.read_text()


@pytest.mark.parametrize(
    ("first", "until", "expected"),
    [
        (0, 5, b"0123456789"),
        (10, 13, b"***3456789"),
        (12, 20, b"01[erased]"),
        (15, 17, b"01234**789"),
        (5, 50, b"[erased]**"),
        (20, 25, b"0123456789"),
    ],
)
def test_a_hole_is_as_long_as_what_was_there(first: int, until: int, expected: bytes) -> None:
    frame = Frame(FrameKind.OUTPUT, 10, 0, b"0123456789")
    assert without(frame, first, until) == frame._replace(data=expected)


def test_what_was_typed_meanwhile_goes_too_and_nothing_else() -> None:
    assert without(Frame(FrameKind.INPUT, 10, 0, b"hunter2!!"), 10, 20).data == hole(9)
    assert without(Frame(FrameKind.INPUT, 9, 0, b"ls"), 10, 20).data == b"ls"
    assert without(Frame(FrameKind.SIGNAL, 12, 0, b"TERM"), 10, 20).data == b"TERM"
