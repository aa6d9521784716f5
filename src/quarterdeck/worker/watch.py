"""Watching what a session writes while its commands run: who meets a limit is told once, and ended where only that
helps. Where the kernel keeps the quota, writes fail by themselves, and are only noticed here."""

import asyncio
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from quarterdeck.application.background import end
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.ports.workspaces import WorkspaceUse
from quarterdeck.domain.command import EndReason
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.limits import GIB, KIB, MIB
from quarterdeck.domain.quota import QuotaExceeded, QuotaLimit
from quarterdeck.jail.abstract import Exit
from quarterdeck.worker.ports import WorkerPorts

if TYPE_CHECKING:
    from quarterdeck.worker.sessions import HeldSession

logger = structlog.get_logger(__name__)

KEPT_FREE = 256 * MIB
"""Of the host's disk. Who writes on when less is left is ended, for the sake of the log and of all other sessions."""
FEW_BYTES = 256 * KIB
"""So little is left of a disk when a write did not fit any more."""
FEW_FILES = 4
UNNOTICED = MIB
"""What a command may write on a disk that is all but full: enough to tell, and to make room."""
FASTEST = 2 * GIB
"""Bytes that a jail writes in a second, at most."""
SOONEST, LATEST = 0.05, 1.0
SHARE = 20
"""Counting takes this part of the time at most."""


@dataclass
class _Watched:
    """A running command."""

    cause: LoggedEvent
    at_start: WorkspaceUse
    told: bool = False


class Watch:
    """Over one session. Looks as long as commands run, and once more when one has ended.

    Nobody can say which of several processes wrote: while a command runs, it is held to have been that.
    """

    def __init__(self, ports: WorkerPorts, held: "HeldSession") -> None:
        self._ports, self._held = ports, held
        self._commands: dict[UUID, _Watched] = {}
        self._last: WorkspaceUse | None = None
        self._latest: _Watched | None = None
        self._telling = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def begin(self, command_id: UUID, cause: LoggedEvent) -> None:
        """The command is about to start."""
        try:
            use = self._last or await self._count()
        except (QuarterdeckError, OSError) as error:
            logger.warning("a session is not watched", session=str(self._held.session_id), error=str(error))
            return
        if use is None:
            return
        self._latest = self._commands[command_id] = _Watched(cause, use)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"quota {self._held.session_id}")

    async def ended(self, command_id: UUID, how: Exit) -> None:
        """The command has ended, and its end is not in the log yet."""
        watched = self._commands.get(command_id)
        if watched is None:
            return
        async with self._telling:
            use = await self._try_to_count()
            if use is None or watched.told:
                return
            limit = _met(use, watched) or (_full(use) if how.exit_code != 0 else None)
            if limit:
                await self._tell(command_id, watched, use, limit, ended=False)

    async def leave(self, command_id: UUID) -> None:
        """It is watched no more."""
        self._commands.pop(command_id, None)
        if not self._commands and self._task is not None:
            task, self._task = self._task, None
            await end([task])

    async def idle(self) -> None:
        """Looks at a session in which no command runs, but what one left behind may: that is ended with its jail."""
        before, latest = self._last, self._latest
        if self._commands or before is None or latest is None or before.kept_by == "mount":
            return
        if await self._held.jail.processes() == 0:
            return
        use = await self._try_to_count()
        limit = use and _over(use, before)
        if use and limit:
            await self._held.jail.destroy()
            # it wrote on until it was ended: the next command, which may make room, is not to be held for that
            self._last = None
            self._ports.alarm.set()
            await self._tell(None, latest, use, limit, ended=True)

    async def _run(self) -> None:
        pause = SOONEST
        while True:
            await asyncio.sleep(pause)
            began = monotonic()
            use = await self._try_to_count()
            if use is None:
                pause = LATEST
                continue
            async with self._telling:
                for command_id, watched in list(self._commands.items()):
                    limit = None if watched.told else _met(use, watched)
                    if limit:
                        await self._meet(command_id, watched, use, limit)
            pause = max(_soon(use), SHARE * (monotonic() - began))

    async def _meet(self, command_id: UUID, watched: _Watched, use: WorkspaceUse, limit: QuotaLimit) -> None:
        is_ended = use.kept_by != "mount" or limit is QuotaLimit.DISK
        try:
            if is_ended:
                await self._held.jail.kill(command_id, EndReason.QUOTA, grace_seconds=0)
            await self._tell(command_id, watched, use, limit, ended=is_ended)
        except (QuarterdeckError, OSError) as error:
            logger.warning("a command over the quota goes on", command=str(command_id), error=str(error))

    async def _tell(
        self, command_id: UUID | None, watched: _Watched, use: WorkspaceUse, limit: QuotaLimit, *, ended: bool
    ) -> None:
        watched.told = True
        largest = () if limit is QuotaLimit.DISK else await self._ports.workspaces.largest(self._held.session_id, limit)
        event = QuotaExceeded(
            command_id=command_id,
            limit=limit,
            allowed=_allowed(use, limit),
            used=_used(use, limit),
            ended=ended,
            largest=tuple(largest),
        )
        async with self._held.files.lock:
            await self._held.files.note(self._ports.journal, event, watched.cause)

    async def _try_to_count(self) -> WorkspaceUse | None:
        try:
            return await self._count()
        except (QuarterdeckError, OSError) as error:
            logger.warning("what a session wrote is not counted", session=str(self._held.session_id), error=str(error))
            return None

    async def _count(self) -> WorkspaceUse | None:
        use = await self._ports.workspaces.use(self._held.session_id)
        if use is not None and use.kept_by != "mount":
            size, files = await self._held.jail.unlinked()
            use = replace(
                use,
                bytes=use.bytes + size,
                files=use.files + files,
                bytes_left=use.bytes_left - size,
                files_left=use.files_left - files,
            )
        self._last = use
        return use


def _met(use: WorkspaceUse, watched: _Watched) -> QuotaLimit | None:
    """The limit that the command has met; not one that was met before and that it makes no worse."""
    start = watched.at_start
    if use.host_bytes_left < KEPT_FREE and use.bytes > start.bytes + UNNOTICED:
        return QuotaLimit.DISK
    if use.kept_by == "mount":
        return _full(use) if _full(use) is not _full(start) else None
    return _over(use, start)


def _full(use: WorkspaceUse) -> QuotaLimit | None:
    if use.kept_by != "mount":
        return None
    if use.bytes_left < FEW_BYTES:
        return QuotaLimit.BYTES
    return QuotaLimit.FILES if use.files_left < FEW_FILES else None


def _over(use: WorkspaceUse, start: WorkspaceUse) -> QuotaLimit | None:
    if use.bytes > max(use.quota.bytes, start.bytes):
        return QuotaLimit.BYTES
    return QuotaLimit.FILES if use.files > max(use.quota.files, start.files) else None


def _allowed(use: WorkspaceUse, limit: QuotaLimit) -> int:
    match limit:
        case QuotaLimit.BYTES:
            return use.quota.bytes
        case QuotaLimit.FILES:
            return use.quota.files
        case QuotaLimit.DISK:
            return KEPT_FREE


def _used(use: WorkspaceUse, limit: QuotaLimit) -> int:
    match limit:
        case QuotaLimit.BYTES:
            return use.bytes
        case QuotaLimit.FILES:
            return use.files
        case QuotaLimit.DISK:
            return max(0, use.host_bytes_left)


def _soon(use: WorkspaceUse) -> float:
    """Before a session that writes as fast as it can has used up what is left."""
    left = min(use.bytes_left, use.host_bytes_left - KEPT_FREE)
    return min(max(left / FASTEST / 2, SOONEST), LATEST)
