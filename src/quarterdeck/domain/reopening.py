"""Taking up a session elsewhere whose worker is gone: from its last snapshot. A part of the session's stream."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.persona import SessionPersona


@dataclass(frozen=True, kw_only=True)
class SessionReopened:
    """It waits for a place again, and any worker may make it anew from what the object store has of it."""

    TOPIC: ClassVar[str] = "SessionReopened"
    SCHEMA_VERSION: ClassVar[int] = 2
    project_id: UUID
    owner_id: UUID
    ref: str
    title: str
    worker_id: str
    """That had it."""
    reason: str
    """Why it cannot go on there."""
    limits: LimitsAsked = NOTHING_ASKED
    persona: SessionPersona | None = None
