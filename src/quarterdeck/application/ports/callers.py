"""Who asks."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, as the gateway established it."""

    user_id: UUID
    user_name: str
    token_id: UUID
    scopes: tuple[str, ...]
    correlation_id: UUID
    roles: frozenset[str] = field(default_factory=frozenset[str])
    traceparent: str | None = None
