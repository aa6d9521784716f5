"""Erasure: what is taken out of the log for good, as a leaked secret. Its record stays: who, when, why, and what."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from quarterdeck.domain.errors import ConflictError, InvalidInputError

MAX_REASON = 1000
MAX_ITEMS = 200
ERASED = "[erased]"
"""Stands for a text that was erased. Lists and objects are empty afterwards."""

ERASABLE: dict[str, tuple[str, ...]] = {
    "AlertAcknowledged": ("note",),
    "AlertRaised": ("summary",),
    "BudgetAnswered": ("reason",),
    "CommandFinished": ("files_changed",),
    "CommandLost": ("reason",),
    "CommandRefused": ("reason", "next_step"),
    "CommandRequested": ("text", "environment"),
    "DeliveryFailed": ("reason",),
    "DeliveryGivenUp": ("reason",),
    "DeliverySucceeded": ("answer",),
    "ImageBuildFailed": ("reason",),
    "LoginFailed": ("reason",),
    "ModelUsageRecorded": ("attributes",),
    "NetworkAccessDecided": ("host", "address", "reason"),
    "OrphanRemoved": ("detail",),
    "PersonaDefined": ("settings.description",),
    "PersonaRevised": ("description",),
    "QuotaExceeded": ("largest",),
    "ReservationMade": ("purpose",),
    "SessionAdopted": ("detail",),
    "SessionCloseRequested": ("reason",),
    "SessionClosed": ("detail",),
    "SessionHeld": ("reason",),
    "SessionLost": ("reason",),
    "SessionOpened": ("title",),
    "SessionPauseRequested": ("reason",),
    "SessionPaused": ("reason",),
    "SessionProvisioningFailed": ("reason", "next_step"),
    "SessionReopened": ("title", "reason"),
    "SessionResumed": ("detail",),
    "SessionTaskFilesRead": ("problem", "findings"),
    "SilenceSet": ("reason",),
    "SnapshotTaken": ("skipped",),
    "SnapshotsCollected": ("reason",),
    "TaskBlocked": ("reason",),
    "TaskCreated": ("fields.title", "fields.body", "fields.labels", "fields.acceptance"),
    "TaskEdited": ("changes.title", "changes.body", "changes.labels", "changes.acceptance"),
    "TaskProgressNoted": ("text",),
    "TaskReleased": ("reason",),
    "TaskStatusChanged": ("reason",),
    "TaskSyncFailed": ("message", "next_step"),
    "TaskSynchronized": ("findings",),
    "TaskWorkNoted": ("work.reason", "work.branches", "work.missing"),
    "TokenIssued": ("name",),
    "TokenRevoked": ("reason",),
    "WorkSetAside": ("detail",),
    "WorkspaceExported": ("left_out",),
    "WorkspacePrepared": ("notes",),
    "WorkspaceRebuilt": ("not_carried_over", "notes"),
    "WorkspaceRestoreFailed": ("reason", "next_step"),
}
"""Fields by topic that no state is decided by: what people and programs wrote. A dot leads into an object."""


@dataclass(frozen=True, kw_only=True)
class ErasedEventFields:
    position: int
    fields: tuple[str, ...]
    """Empty: the whole payload, of an event that no release up to then could read."""
    sha256: str
    """Of the payload that stands there since. Empty: none does."""


@dataclass(frozen=True, kw_only=True)
class ErasedOutput:
    """A stretch of what a command printed, and of what was typed into it meanwhile."""

    command_id: UUID
    first: int
    """Offset of its first byte."""
    until: int
    """Offset after its last."""
    output_sha256: str
    """Of all output of the command since."""


@dataclass(frozen=True, kw_only=True)
class PayloadErased:
    """Logged before anything is erased: whoever finds it undone does it. A stream of its own."""

    TOPIC: ClassVar[str] = "PayloadErased"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str
    events: tuple[ErasedEventFields, ...] = ()
    output: tuple[ErasedOutput, ...] = ()


ErasureEvent = PayloadErased


def erasable_fields(topic: str, wanted: tuple[str, ...], *, known: bool, position: int) -> tuple[str, ...]:
    """The fields of an event to erase: those wanted, by default all that can be. Empty: the whole payload."""
    if not known:
        if wanted:
            raise InvalidInputError(
                f"This release cannot read event {position}, so it knows no fields of it.",
                "Name no fields: all of it is erased.",
                field="events",
            )
        return ()
    possible = ERASABLE.get(topic, ())
    if not possible:
        raise ConflictError(
            f"Nothing of event {position} can be erased: what is in a {topic} decides the state of things.",
            "docs/reference/erasable.md lists what can be erased of which event.",
        )
    if unknown := [field for field in wanted if field not in possible]:
        raise ConflictError(
            f"The field {unknown[0][:60]!r} of event {position} cannot be erased: it is none, or decides state.",
            f"Of a {topic} these can be: {', '.join(possible)}.",
        )
    return wanted or possible


def check_reason(reason: str) -> str:
    stripped = reason.strip()
    if not stripped or len(stripped) > MAX_REASON:
        raise InvalidInputError(
            f"A reason has 1 to {MAX_REASON} characters.", "Say why it is erased, without the secret.", field="reason"
        )
    return stripped


def table() -> str:
    """The reference table, in Markdown."""
    rows = [f"| {topic} | {', '.join(f'`{field}`' for field in fields)} |" for topic, fields in ERASABLE.items()]
    return "\n".join(["| event | fields |", "|---|---|", *rows])
