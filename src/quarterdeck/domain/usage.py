"""Usage of models: what an agent's calls took, as it was told. Each call is a stream of its own, with one event.

The stream's id is derived from the provider's request id, so a call that is told twice is in the log once, and tellers
never wait for each other. Names follow OpenTelemetry's conventions for generative AI (`gen_ai.*`).
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from quarterdeck.domain.errors import ConflictError, InvalidInputError

MAX_RECORDS = 1000
"""Calls that are told at once."""
MAX_NAME = 200
MAX_TOKENS = 10**10
"""Of a call. With the highest price, what it costs is still a 64-bit number of nano-dollars."""
MAX_ATTRIBUTES = 32
MAX_VALUE = 1000
PAST = timedelta(days=7)
FUTURE = timedelta(minutes=5)
"""How far a teller's clock may be ahead."""
_ATTRIBUTE = re.compile(r"gen_ai(\.[a-z0-9_]+)+|(error|server)(\.[a-z0-9_]+)+")


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """As `gen_ai.usage.*`: input includes what the provider's cache served and took, output includes reasoning."""

    input_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_output_tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class ModelUsageRecorded:
    """One call of a model. Who told it is in the envelope."""

    TOPIC: ClassVar[str] = "ModelUsageRecorded"
    SCHEMA_VERSION: ClassVar[int] = 1
    project_id: UUID
    provider: str
    """`gen_ai.provider.name`."""
    response_id: str
    """`gen_ai.response.id`: the provider's own id of the request."""
    model: str
    """`gen_ai.response.model` where it is known, else `gen_ai.request.model`."""
    tokens: Tokens
    operation: str = ""
    """`gen_ai.operation.name`, such as `chat`."""
    occurred_at: datetime | None = None
    """None: when it was recorded."""
    session_id: UUID | None = None
    task_id: UUID | None = None
    persona: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    """Further ones, under their names in the conventions."""


@dataclass(frozen=True, kw_only=True)
class NoUsage:
    pass


@dataclass(frozen=True, kw_only=True)
class RecordedUsage:
    told: ModelUsageRecorded


UsageState = NoUsage | RecordedUsage


def usage_id(project_id: UUID, provider: str, response_id: str) -> UUID:
    return uuid5(project_id, f"model usage:{provider}:{response_id}")


def evolve(state: UsageState, event: ModelUsageRecorded) -> UsageState:
    return RecordedUsage(told=event)


def record(
    state: UsageState, told: ModelUsageRecorded, now: datetime, field: str = ""
) -> tuple[ModelUsageRecorded, ...]:
    """Nothing where the same was told before; CONFLICT where something else was under this id.

    `field` is where it stands in the request.
    """
    match state:
        case RecordedUsage(told=before) if before == told:
            return ()
        case RecordedUsage():
            raise ConflictError(
                f"The request {told.response_id[:60]!r} of {told.provider[:60]} was recorded before, differently.",
                "What was recorded stays. Send the same again, or the id that this call really has.",
            )
        case NoUsage():
            check(told, now, field)
            return (told,)


def check(told: ModelUsageRecorded, now: datetime, field: str = "") -> None:
    for name, text in (("provider", told.provider), ("responseId", told.response_id), ("model", told.model)):
        _check_name(text, f"{field}{name}")
    for name, text in (("operation", told.operation), ("persona", told.persona)):
        if text:
            _check_name(text, f"{field}{name}")
    _check_tokens(told.tokens, field)
    if told.occurred_at is not None:
        _check_time(told.occurred_at, now, f"{field}occurredAt")
    _check_attributes(told.attributes, f"{field}attributes")


def _check_name(text: str, field: str) -> None:
    if not text.strip() or len(text) > MAX_NAME or not text.isprintable():
        raise InvalidInputError(
            f"{text[:60]!r} cannot be taken; it is 1 to {MAX_NAME} printable characters.",
            "Write it as the provider does.",
            field=field,
        )


def _check_tokens(tokens: Tokens, field: str) -> None:
    counts = {
        "inputTokens": tokens.input_tokens,
        "cacheReadInputTokens": tokens.cache_read_input_tokens,
        "cacheCreationInputTokens": tokens.cache_creation_input_tokens,
        "outputTokens": tokens.output_tokens,
        "reasoningOutputTokens": tokens.reasoning_output_tokens,
    }
    for name, count in counts.items():
        if not 0 <= count <= MAX_TOKENS:
            raise InvalidInputError(
                f"{count} tokens are impossible; it is 0 to {MAX_TOKENS:,}.", field=f"{field}{name}"
            )
    if tokens.cache_read_input_tokens + tokens.cache_creation_input_tokens > tokens.input_tokens:
        raise InvalidInputError(
            "More input tokens went through the cache than there were in all.",
            "inputTokens counts all of them: add what the cache served and took, where your provider leaves it out.",
            field=f"{field}inputTokens",
        )
    if tokens.reasoning_output_tokens > tokens.output_tokens:
        raise InvalidInputError(
            "More output tokens were spent on reasoning than there were in all.",
            "outputTokens counts all of them: add the reasoning, where your provider leaves it out.",
            field=f"{field}outputTokens",
        )


def _check_time(at: datetime, now: datetime, field: str) -> None:
    if not now - PAST <= at <= now + FUTURE:
        raise InvalidInputError(
            f"{at.isoformat()} is too far from now; a call is told within {PAST.days} days of being made.",
            "Check the clock, or leave the time out: it is then that of recording.",
            field=field,
        )


def _check_attributes(attributes: dict[str, str], field: str) -> None:
    if len(attributes) > MAX_ATTRIBUTES:
        raise InvalidInputError(
            f"{len(attributes)} attributes are told; at most {MAX_ATTRIBUTES} are kept.", field=field
        )
    for name, value in attributes.items():
        if len(name) > MAX_NAME or not _ATTRIBUTE.fullmatch(name):
            raise InvalidInputError(
                f"{name[:60]!r} is no attribute of the conventions for generative AI.",
                "Its name begins with gen_ai., error. or server., such as gen_ai.response.finish_reasons.",
                field=field,
            )
        if len(value) > MAX_VALUE or not _storable(value):
            raise InvalidInputError(
                f"The value of {name} cannot be taken; it is text of at most {MAX_VALUE} characters.", field=field
            )


def _storable(text: str) -> bool:
    """Neither NUL nor half a surrogate pair, which no database takes."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
