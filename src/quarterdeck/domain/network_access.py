"""What a session's egress proxy let through and refused. Its stream id is derived from the session's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID, uuid5


def network_access_id(session_id: UUID) -> UUID:
    return uuid5(session_id, "network access")


class Verdict(StrEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class NetworkAccessDecided:
    """A connection that a jail asked for: refused, or allowed and now at its end."""

    TOPIC: ClassVar[str] = "NetworkAccessDecided"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID
    number: int
    """In the session's order, from 1, without gaps."""
    decided_at: datetime
    host: str
    """As it was asked for; empty where several are counted together."""
    port: int
    verdict: Verdict
    rule: str
    """The rule that let it through; empty for none."""
    reason: str
    """Why it was refused, or ended early; empty for a connection that was let through and ended by itself."""
    address: str
    """What was connected to; empty for nothing."""
    bytes_up: int
    bytes_down: int
    count: int = 1
    """Connections that this stands for: many alike in a short time are told together."""


NetworkAccessEvent = NetworkAccessDecided


@dataclass(frozen=True, kw_only=True)
class NetworkAccess:
    decided: int = 0
    """The number of the last decision that is in the log."""


def evolve(state: NetworkAccess, event: NetworkAccessEvent) -> NetworkAccess:
    match event:
        case NetworkAccessDecided():
            return NetworkAccess(decided=max(state.decided, event.number))
        case _:
            assert_never(event)


def record(state: NetworkAccess, told: Sequence[NetworkAccessDecided]) -> tuple[NetworkAccessEvent, ...]:
    """Those that are not in the log yet, so that what is told twice is logged once."""
    return tuple(each for each in told if each.number > state.decided)
