"""One command, from its request to its end: exactly once, or reported lost."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

import structlog

from quarterdeck.application import tracing
from quarterdeck.application.background import end
from quarterdeck.application.endings import Endings
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.ports.tracing import Span
from quarterdeck.application.ports.workspaces import WorkspaceTree
from quarterdeck.application.streams import COMMAND
from quarterdeck.domain import command
from quarterdeck.domain.command import (
    CommandFinished,
    CommandRequested,
    CommandStarted,
    EndReason,
    RequestedCommand,
    RunningCommand,
)
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.jail.abstract import ExecSpec, Exit
from quarterdeck.jail.errors import JailError
from quarterdeck.worker.files import SessionFiles
from quarterdeck.worker.metrics import JAIL_START_SECONDS, count
from quarterdeck.worker.output import Output
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.queue import Asked, Hold
from quarterdeck.worker.sessions import HeldSession

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Begun:
    """A command that the log calls started, by this worker."""

    command_id: UUID
    request: CommandRequested
    tree_before: str
    version: int
    cause: LoggedEvent


class CommandRunner:
    def __init__(self, ports: WorkerPorts, endings: Endings) -> None:
        self._ports, self._endings = ports, endings

    async def run(self, session: HeldSession, asked: Asked) -> None:
        """Starts it and stays with it. Never raises: a bug here must not leave a command without an end."""
        with running(session, asked):
            await self._run(session, asked)

    async def _run(self, session: HeldSession, asked: Asked) -> None:
        begun: Begun | None = None
        try:
            begun = await self._begin(session, asked)
            if begun:
                await self._execute(session, begun)
        except Exception as error:
            logger.exception("running a command failed", command=str(asked.command_id))
            await self._fail(session, asked, begun, error)

    async def resume(self, session: HeldSession, asked: Asked) -> None:
        """Stays with a command that an earlier worker process started."""
        with running(session, asked):
            await self._resume(session, asked)

    async def _resume(self, session: HeldSession, asked: Asked) -> None:
        read = await self._ports.journal.read(COMMAND, asked.command_id)
        if not isinstance(read.state, RunningCommand):
            return
        begun = Begun(asked.command_id, read.state.request, read.state.tree_before, read.version, asked.cause)
        session.commands.note_given(asked.command_id)
        try:
            await session.watch.begin(asked.command_id, asked.cause)
            if read.state.cancelling:
                await self.cancel(session, asked.command_id)
            await self._follow(session, begun, await Output.resumed(self._ports, session.jail, asked.command_id))
        except Exception as error:
            logger.exception("resuming a command failed", command=str(asked.command_id))
            await self._fail(session, asked, begun, error)

    async def cancel(self, session: HeldSession, command_id: UUID) -> None:
        """Ends what the command started. The end itself is logged by whoever runs it."""
        session.cancelled.add(command_id)
        try:
            await session.jail.kill(command_id, EndReason.CANCELLED)
        except JailError as error:
            logger.warning("a command could not be killed", command=str(command_id), error=error.message)

    async def _begin(self, session: HeldSession, asked: Asked) -> Begun | None:
        """Logs that it starts, before it does. None: it has ended, or another worker has it."""
        cause, version = asked.cause, asked.version
        while True:
            begun = await self._try_to_begin(session, asked, version, cause)
            if begun:
                return begun
            read = await self._ports.journal.read(COMMAND, asked.command_id)
            version, cause = read.version, read.events[-1]
            match read.state:
                case RequestedCommand(cancelling=True):
                    await self._endings.never_ran(asked.command_id, session.files.tree)
                    return None
                case RequestedCommand():
                    await session.files.reload(self._ports.journal)
                case RunningCommand(worker_id=self._ports.worker_id) as state:
                    # only this process writes in this worker's name: the append went through unheard
                    await session.files.reload(self._ports.journal)
                    return Begun(asked.command_id, state.request, state.tree_before, version, cause)
                case _:
                    return None

    async def _try_to_begin(self, session: HeldSession, asked: Asked, version: int, cause: LoggedEvent) -> Begun | None:
        files = session.files
        async with files.lock:
            found = await files.look()
            snapshot = files.snapshot(found, None)
            started = CommandStarted(worker_id=self._ports.worker_id, tree_before=found.tree)
            write = StreamWrite(stream_id=asked.command_id, expected_version=version, events=(started,))
            files.begin()
            try:
                await self._ports.journal.append([*snapshot, write], cause)
            except ConcurrencyError:
                return None
            files.appended(snapshot)
        return Begun(asked.command_id, asked.request, found.tree, version + 1, cause)

    async def _execute(self, session: HeldSession, begun: Begun) -> None:
        spec = ExecSpec(
            command_id=begun.command_id,
            text=begun.request.text,
            terminal=begun.request.terminal,
            environment=tracing.carried()
            | session.task_environment
            | session.environment
            | (begun.request.environment or {}),
            timeout_seconds=begun.request.timeout_seconds,
        )
        await session.watch.begin(begun.command_id, begun.cause)
        try:
            with tracing.span("jail start"), JAIL_START_SECONDS.time():
                await session.jail.start(spec)
        except JailError as error:
            self._doubt(session)
            await session.watch.leave(begun.command_id)
            await self._endings.lost(begun.command_id, f"The jail could not start it: {error.message}")
            return
        session.commands.note_given(begun.command_id)
        if begun.command_id in session.cancelled:
            await self.cancel(session, begun.command_id)
        if session.commands.is_held(Hold.PAUSE) or session.commands.is_held(Hold.LEASE):
            # it was on its way when the session was paused
            await session.jail.freeze()
        await self._follow(session, begun, Output.new(self._ports, session.jail, begun.command_id))

    async def _follow(self, session: HeldSession, begun: Begun, output: Output) -> None:
        pumping = asyncio.create_task(output.pump(), name=f"output {begun.command_id}")
        try:
            try:
                ended = await session.jail.wait(begun.command_id)
            except JailError as error:
                self._doubt(session)
                await pumping
                await output.drained()
                await self._endings.lost(begun.command_id, error.message)
                return
            await pumping
            await session.watch.ended(begun.command_id, ended)
            await self._finish(session, begun, ended, output)
            await output.seal()
            await self._let_go(session, begun, ended)
        finally:
            session.cancelled.discard(begun.command_id)
            await session.watch.leave(begun.command_id)
            await end([pumping])
            await output.close()

    async def _finish(self, session: HeldSession, begun: Begun, ended: Exit, output: Output) -> None:
        """Logs the end, with the files as they are now, when all output but the END frame is stored."""
        files, version = session.files, begun.version
        async with files.lock:
            _, found = await asyncio.gather(output.drained(), self._files_after(files, begun))
            while True:
                snapshot = files.snapshot(found, begun.command_id)
                finished = _finished(begun, ended, output, found.tree, found.changed)
                write = StreamWrite(stream_id=begun.command_id, expected_version=version, events=(finished,))
                try:
                    await self._ports.journal.append([*snapshot, write], begun.cause)
                except ConcurrencyError:
                    read = await self._ports.journal.read(COMMAND, begun.command_id)
                    await files.reload(self._ports.journal)
                    version = read.version
                    if not isinstance(read.state, RunningCommand):
                        return
                    continue
                files.appended(snapshot)
                count(finished)
                return

    async def _files_after(self, files: SessionFiles, begun: Begun) -> WorkspaceTree:
        """Without a tree where none can be taken (a full disk): how the command ended is known all the same."""
        try:
            return await files.since(begun.tree_before)
        except QuarterdeckError as error:
            logger.warning("no snapshot after a command", command=str(begun.command_id), error=error.message)
            return WorkspaceTree(tree="")

    def _doubt(self, session: HeldSession) -> None:
        """Nothing more is started in this jail before it was looked at."""
        session.commands.hold(Hold.DOUBT)
        self._ports.alarm.set()

    async def _let_go(self, session: HeldSession, begun: Begun, ended: Exit) -> None:
        """What is left to do when the command has its end in the log; its failure is none of the command's."""
        try:
            await self._keep_shell(session, begun, ended)
            await session.jail.forget(begun.command_id)
            await self._settle(session, begun)
        except QuarterdeckError as error:
            logger.warning("a command is not let go of", command=str(begun.command_id), error=error.message)

    async def _keep_shell(self, session: HeldSession, begun: Begun, ended: Exit) -> None:
        try:
            state = ended.shell_state
            known = state != b""
            await self._ports.workspaces.keep_shell(session.session_id, begun.command_id, state, known=known)
        except OSError as error:
            logger.warning("a shell's state is not kept", command=str(begun.command_id), error=str(error))

    async def _settle(self, session: HeldSession, begun: Begun) -> None:
        """Spares the next command a look at the files, where nothing that could write was left behind.

        A process that ends between a look and the count may have written: so the look comes after the count.
        """
        starts = session.files.starts
        if session.commands.running != frozenset({begun.command_id}):
            return
        if await session.jail.processes() == 0 and await session.files.are_as_known():
            session.files.settled = session.files.starts == starts

    async def _fail(self, session: HeldSession, asked: Asked, begun: Begun | None, error: Exception) -> None:
        """Puts a command aside that this worker cannot handle, and says so."""
        reason = error.message if isinstance(error, QuarterdeckError) else "The worker failed at it; its log says how."
        if begun is None:
            await self._endings.refused(asked.command_id, reason)
            return
        await self.cancel(session, begun.command_id)
        await self._endings.lost(begun.command_id, reason)


MOST_FILES_LISTED = 1000


def running(session: HeldSession, asked: Asked) -> AbstractContextManager[Span]:
    """The command's span, from when it has a slot until it is let go."""
    ids = {"quarterdeck.session.id": str(session.session_id), "quarterdeck.command.id": str(asked.command_id)}
    return tracing.span("run command", parent=asked.traceparent, attributes=ids)


def _finished(
    begun: Begun, ended: Exit, output: Output, tree_after: str, changed: tuple[command.ChangedFile, ...]
) -> CommandFinished:
    return CommandFinished(
        exit_code=ended.exit_code,
        signal=ended.signal,
        reason=ended.reason,
        wall_ms=ended.wall_ms,
        cpu_ms=ended.cpu_ms,
        peak_memory_bytes=ended.peak_memory_bytes,
        output_bytes=output.bytes,
        output_sha256=output.sha256,
        tree_before=begun.tree_before,
        tree_after=tree_after,
        files_changed=changed[:MOST_FILES_LISTED],
        files_changed_total=len(changed),
    )
