"""Taking over the commands of a session that an earlier worker process held."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from quarterdeck.application.endings import Endings
from quarterdeck.application.journal import Read
from quarterdeck.application.streams import COMMAND
from quarterdeck.domain.command import (
    CommandRequested,
    CommandState,
    EndedCommand,
    EndReason,
    RequestedCommand,
    RunningCommand,
)
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.worker.commands import CommandRunner
from quarterdeck.worker.output import Output
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.queue import Asked
from quarterdeck.worker.sessions import HeldSession

logger = structlog.get_logger(__name__)

UNKNOWN = "It was started, and the session's jail does not know it (any more): how it ended is not known."


class Takeover:
    def __init__(self, ports: WorkerPorts, runner: CommandRunner, endings: Endings) -> None:
        self._ports, self._runner, self._endings = ports, runner, endings

    async def commands(self, held: HeldSession) -> None:
        """Each unfinished command is followed, lost, or waits for its turn; each ended one is let go of."""
        known = set(await held.jail.commands())
        for command_id in await self._ports.journal.commands_of(held.session_id):
            read = await self._ports.journal.read(COMMAND, command_id)
            match read.state:
                case RunningCommand() if command_id in known:
                    held.commands.occupy(asked(read, read.state.request), self._resume(held))
                case RunningCommand():
                    await self._endings.lost(command_id, UNKNOWN)
                case RequestedCommand(cancelling=True):
                    await self._endings.never_ran(command_id, held.files.tree)
                case RequestedCommand():
                    held.commands.submit(asked(read, read.state.request))
                case EndedCommand() if command_id in known:
                    await self._let_go(held, command_id)
                case _:
                    pass

    async def lose_all(self, session_id: UUID, reason: str) -> None:
        """The session is lost, and with it every command that has not ended."""
        for command_id in await self._ports.journal.commands_of(session_id):
            await self._endings.lost(command_id, reason)

    async def lose_running(self, session_id: UUID, reason: str) -> None:
        """Those that the log has running here, of a session whose jail is gone; the conductor sees to what waited."""
        for command_id in await self._ports.journal.commands_of(session_id):
            match (await self._ports.journal.read(COMMAND, command_id)).state:
                case RunningCommand(worker_id=self._ports.worker_id):
                    await self._endings.lost(command_id, reason)
                case _:
                    pass

    def _resume(self, held: HeldSession) -> Callable[[Asked], Awaitable[None]]:
        async def resume(command: Asked) -> None:
            await self._runner.resume(held, command)

        return resume

    async def _let_go(self, held: HeldSession, command_id: UUID) -> None:
        """Its end is in the log; its transcript may lack the last part, and a lost one may still run."""
        try:
            await held.jail.kill(command_id, EndReason.CANCELLED, grace_seconds=0)
            output = await Output.resumed(self._ports, held.jail, command_id)
            try:
                await output.finish()
            finally:
                await output.close()
            await held.jail.forget(command_id)
        except QuarterdeckError as error:
            logger.warning("an ended command is not let go of", command=str(command_id), error=error.message)
        await self._endings.seal(command_id)


def asked(read: Read[CommandState], request: CommandRequested, traceparent: str | None = None) -> Asked:
    """`traceparent` is of who did the job, where one did."""
    cause = read.events[-1]
    traceparent = traceparent or cause.envelope.traceparent
    return Asked(read.events[0].position, read.stream_id, request, read.version, cause, traceparent)
