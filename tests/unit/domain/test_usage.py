"""What is recorded of a model's call: once, and only what can be stored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.usage import (
    FUTURE,
    PAST,
    ModelUsageRecorded,
    NoUsage,
    RecordedUsage,
    Tokens,
    evolve,
    record,
    usage_id,
)

NOW = datetime(2026, 11, 26, tzinfo=UTC)
CALL = ModelUsageRecorded(
    project_id=UUID(int=1), provider="anthropic", response_id="msg_1", model="claude", tokens=Tokens(input_tokens=1)
)


def test_a_call_is_recorded_once() -> None:
    [told] = record(NoUsage(), CALL, NOW)
    known = evolve(NoUsage(), told)

    assert known == RecordedUsage(told=CALL)
    assert record(known, CALL, NOW) == ()
    with pytest.raises(ConflictError, match="recorded before, differently"):
        record(known, replace(CALL, model="other"), NOW)


@pytest.mark.parametrize("away", [-PAST, FUTURE])
def test_a_call_is_told_near_the_time_that_it_was_made(away: timedelta) -> None:
    assert record(NoUsage(), replace(CALL, occurred_at=NOW + away), NOW)
    with pytest.raises(InvalidInputError, match="too far from now"):
        record(NoUsage(), replace(CALL, occurred_at=NOW + away * 1.001), NOW)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"persona": "\ud800"}, "persona"),
        ({"operation": "a\0"}, "operation"),
        ({"attributes": {"gen_ai.agent.name": "\ud800"}}, "attributes"),
        ({"attributes": {"gen_ai.agent.name": "x" * 1001}}, "attributes"),
        ({"attributes": {"gen_ai": "x"}}, "attributes"),
    ],
)
def test_what_no_database_takes_is_refused(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        record(NoUsage(), replace(CALL, **changed), NOW)
    assert refused.value.field == field


def test_a_call_is_known_by_project_provider_and_id() -> None:
    ids = {usage_id(UUID(int=p), provider, r) for p in (1, 2) for provider in ("a", "b") for r in ("x", "y")}
    assert len(ids) == 8
