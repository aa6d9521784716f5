"""Workers: having one compare the log with its host now, and not when its timer says."""

from dataclasses import dataclass

from quarterdeck.application.access import ADMIN
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.control import WorkerControl
from quarterdeck.application.ports.log import EventLog
from quarterdeck.domain.errors import ForbiddenError


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found has its events after `since`, up to `position`."""

    since: int
    position: int


@dataclass(frozen=True)
class Workers:
    log: EventLog
    control: WorkerControl

    async def check(self, caller: Caller, worker_id: str) -> Checked:
        """Returns when it has. Raises UnavailableError where no such worker answers."""
        if ADMIN not in caller.roles:
            raise ForbiddenError("Only an admin may have a worker checked.", "Ask one to do it.")
        since = await self.log.head()
        await self.control.check(worker_id)
        return Checked(since=since, position=await self.log.head())
