"""Idempotency: a mutation's key is a stream of its own, whose first and only event is the answer."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid5

from quarterdeck.domain.errors import ConflictError

MAX_KEY = 200


@dataclass(frozen=True, kw_only=True)
class RequestAccepted:
    TOPIC: ClassVar[str] = "RequestAccepted"
    SCHEMA_VERSION: ClassVar[int] = 1
    request_sha256: str
    """Of the mutation's name and arguments in canonical JSON, without the key."""
    subject_id: UUID
    """The object that the mutation made or changed."""


IdempotencyEvent = RequestAccepted


def request_id(user_id: UUID, key: str) -> UUID:
    return uuid5(user_id, f"request:{key}")


def earlier_answer(events: tuple[RequestAccepted, ...], request_sha256: str) -> UUID | None:
    """The subject of the same request made before, None for a new one; CONFLICT where the key is reused."""
    if not events:
        return None
    if events[0].request_sha256 != request_sha256:
        raise ConflictError(
            "This idempotency key was used for another request.", "Use a new key, or send the same request."
        )
    return events[0].subject_id
