"""The sessions that this worker has, and room for more."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from quarterdeck.domain.project import ProjectSettings
from quarterdeck.jail.abstract import Jail
from quarterdeck.worker.files import SessionFiles
from quarterdeck.worker.queue import CommandQueue
from quarterdeck.worker.watch import Watch


@dataclass(eq=False)
class HeldSession:
    """A session whose jail stands here."""

    session_id: UUID
    project_id: UUID
    jail: Jail
    files: SessionFiles
    environment: dict[str, str] = field(default_factory=dict[str, str])
    """Of each of its commands, where the command says nothing else."""
    task_environment: dict[str, str] = field(default_factory=dict[str, str])
    """The same, of the task that it works on."""
    commands: CommandQueue = field(init=False)
    watch: Watch = field(init=False)
    closing: bool = False
    restoring: bool = False
    cancelled: set[UUID] = field(default_factory=set[UUID])
    """Commands whose end was asked for, perhaps before they had begun."""
    steering: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while it is paused or resumed."""

    def follow(self, settings: ProjectSettings) -> None:
        """What the project has set, which may change while the session lives."""
        self.commands.slots = settings.max_commands_per_session
        self.files.keep_ignored = settings.keep_ignored


class Sessions:
    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._held: dict[UUID, HeldSession] = {}
        self._reserved: set[UUID] = set()
        self._freed = asyncio.Event()

    def reserve(self, session_id: UUID) -> bool:
        """Keeps a place for a session that is being made. False: there is none, or it is being made already."""
        if session_id in self._reserved or session_id in self._held or self.count >= self._capacity:
            return False
        self._reserved.add(session_id)
        return True

    def release(self, session_id: UUID) -> None:
        self._reserved.discard(session_id)
        self._tell()

    def is_reserved(self, session_id: UUID) -> bool:
        return session_id in self._reserved

    def hold(self, session: HeldSession) -> None:
        self._reserved.discard(session.session_id)
        self._held[session.session_id] = session

    def drop(self, session_id: UUID) -> None:
        self._held.pop(session_id, None)
        self._tell()

    async def room(self, within: float) -> bool:
        """Waits until a place may be free. False: none was in that time."""
        try:
            await asyncio.wait_for(self._freed.wait(), within)
        except TimeoutError:
            return False
        return True

    def _tell(self) -> None:
        """Wakes those who wait now; who comes later waits for the next."""
        freed, self._freed = self._freed, asyncio.Event()
        freed.set()

    def get(self, session_id: UUID) -> HeldSession | None:
        return self._held.get(session_id)

    def running(self, command_id: UUID) -> HeldSession | None:
        """The session that this command runs in."""
        return next((each for each in self._held.values() if command_id in each.commands.running), None)

    @property
    def count(self) -> int:
        return len(self._held) + len(self._reserved)

    def __iter__(self) -> Iterator[HeldSession]:
        return iter(list(self._held.values()))
