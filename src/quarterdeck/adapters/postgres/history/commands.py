"""Earlier versions of events of commands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from quarterdeck.adapters.postgres.history.earlier import Earlier, Versions
from quarterdeck.domain.command import ChangedFile, CommandFinished, EndReason


class EndReasonV1(StrEnum):
    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    OUT_OF_MEMORY = "out_of_memory"
    QUOTA = "quota"
    OUTPUT_LIMIT = "output_limit"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, kw_only=True)
class CommandFinishedV1:
    exit_code: int | None
    signal: str | None
    reason: EndReasonV1
    wall_ms: int
    cpu_ms: int
    peak_memory_bytes: int
    output_bytes: int
    output_sha256: str
    tree_before: str
    tree_after: str
    files_changed: tuple[ChangedFile, ...] = ()
    files_changed_total: int = 0


def _finished_v2(event: CommandFinishedV1) -> CommandFinished:
    """Too many processes were no reason of their own: such a command had just failed."""
    values: dict[str, Any] = dict(vars(event))
    values["reason"] = EndReason(event.reason)
    return CommandFinished(**values)


EARLIER: Versions = {
    ("CommandFinished", 1): Earlier(shape=CommandFinishedV1, upcast=_finished_v2),
}
