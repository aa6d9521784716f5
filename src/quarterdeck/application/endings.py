"""Ends of commands that do not run, or run no more: logged, and their transcripts closed."""

import hashlib
from uuid import UUID

from quarterdeck.application.journal import Journal
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.output import LiveOutput, TranscriptStore
from quarterdeck.application.sealing import seal
from quarterdeck.application.streams import COMMAND
from quarterdeck.domain import command
from quarterdeck.domain.command import (
    CommandEvent,
    CommandFinished,
    CommandState,
    EndedCommand,
    EndReason,
    NoCommand,
    RequestedCommand,
)

NOTHING_SHA256 = hashlib.sha256().hexdigest()


class Endings:
    def __init__(self, journal: Journal, transcripts: TranscriptStore, live: LiveOutput) -> None:
        self._journal, self._transcripts, self._live = journal, transcripts, live

    async def never_ran(self, command_id: UUID, tree: str) -> None:
        """It was cancelled before it started."""

        def decide(state: CommandState) -> tuple[CommandEvent, ...]:
            return (cancelled(tree),) if isinstance(state, RequestedCommand) else ()

        await self._journal.decide(COMMAND, command_id, decide)
        await self.seal(command_id)

    async def refused(self, command_id: UUID, reason: str, next_step: str = "") -> None:
        def decide(state: CommandState) -> tuple[CommandEvent, ...]:
            return command.refuse(state, reason, next_step) if isinstance(state, RequestedCommand) else ()

        await self._journal.decide(COMMAND, command_id, decide)
        await self.seal(command_id)

    async def lost(self, command_id: UUID, reason: str) -> None:
        """Nobody knows how it ended. One that has ended is left as it is."""

        def decide(state: CommandState) -> tuple[CommandEvent, ...]:
            return () if isinstance(state, (NoCommand, EndedCommand)) else command.lose(state, reason)

        await self._journal.decide(COMMAND, command_id, decide)
        await self.seal(command_id)

    async def seal(self, command_id: UUID) -> None:
        await patiently(lambda: seal(self._transcripts, self._live, command_id))


def cancelled(tree: str) -> CommandFinished:
    """The end of a command that never ran."""
    return CommandFinished(
        exit_code=None,
        signal=None,
        reason=EndReason.CANCELLED,
        wall_ms=0,
        cpu_ms=0,
        peak_memory_bytes=0,
        output_bytes=0,
        output_sha256=NOTHING_SHA256,
        tree_before=tree,
        tree_after=tree,
    )
