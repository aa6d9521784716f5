"""Restoring a session's files in place: as they were at another point, with a snapshot of what they were until now."""

import structlog

from quarterdeck.application.ports.workspaces import WorkspaceTree
from quarterdeck.application.streams import COMMAND
from quarterdeck.domain.command import EndedCommand
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.workspace import WorkspaceRestoreRequested, workspace_id
from quarterdeck.worker.changing import change
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.queue import Hold
from quarterdeck.worker.sessions import HeldSession

logger = structlog.get_logger(__name__)

AFTER_END_SECONDS = 10.0


class Restorer:
    def __init__(self, ports: WorkerPorts) -> None:
        self._ports = ports

    async def restore(self, held: HeldSession) -> None:
        """Does what the log asks for, if it does. Commands that come meanwhile wait."""
        if held.restoring or held.closing:
            return
        held.restoring = True
        held.commands.hold(Hold.RESTORE)
        try:
            await self._see_off(held)
            await self._restore(held)
        finally:
            held.restoring = False
            held.commands.let_go(Hold.RESTORE)

    async def _see_off(self, held: HeldSession) -> None:
        """A command whose end is in the log does not run, though what follows its end may take a moment."""
        read = self._ports.journal.read
        ended = {each for each in held.commands.running if isinstance((await read(COMMAND, each)).state, EndedCommand)}
        await held.commands.over(ended, within=AFTER_END_SECONDS)

    async def _restore(self, held: HeldSession) -> None:
        files, journal = held.files, self._ports.journal
        async with files.lock:
            await files.reload(self._ports.journal)
            asked = files.known.restoring
            if asked is None:
                return
            if running := len(held.commands.running):
                reason = f"{running} command{'s run' if running > 1 else ' runs'} in the session."
                next_step = "Cancel it, or wait for its end."
                await files.say(journal, lambda: files.not_restored(_nothing(), reason, next_step))
                return
            try:
                shell = await self._change(held, asked)
            except QuarterdeckError as error:
                logger.warning("files are not restored", session=str(held.session_id), error=error.message)
                found, reason, next_step = await self._now(held), error.message, error.next_step
                await files.say(journal, lambda: files.not_restored(found, reason, next_step))
            else:
                found = await files.look()
                await files.say(journal, lambda: files.restored(found, shell=shell is not None))

    async def _change(self, held: HeldSession, asked: WorkspaceRestoreRequested) -> bytes | None:
        """What is there now is in the log before anything of it is changed. Gives the shell's state, if it is known."""
        files, workspaces, journal = held.files, self._ports.workspaces, self._ports.journal
        found = await files.since(files.tree)
        await files.say(journal, lambda: files.snapshot(found, None))
        files.settled = False
        steps = workspaces.steps(held.session_id, held.project_id, found.tree, asked.tree)
        shell = await workspaces.shell(held.session_id, asked.point)
        await change(held.jail, steps, shell)
        await workspaces.keep_shell(held.session_id, workspace_id(held.session_id), shell)
        return shell

    async def _now(self, held: HeldSession) -> WorkspaceTree:
        try:
            return await held.files.look()
        except QuarterdeckError:
            return _nothing()


def _nothing() -> WorkspaceTree:
    return WorkspaceTree(tree="")
