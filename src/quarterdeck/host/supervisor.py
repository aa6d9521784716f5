"""Keeps processes running: starts them stage by stage, restarts what dies, stops them in the reverse order."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.host.child import Child, ChildSpec
from quarterdeck.host.errors import ServiceError, SettingsError, SlowStartError, StorageError

DEATHS_BEFORE_READY = 3
"""A process that ends this often before it was ever ready keeps the whole from starting."""

HOPELESS = (StorageError, SettingsError, SlowStartError)
"""Failures of a first start that a second would meet again."""


@dataclass(frozen=True)
class ChildState:
    """What `quarterdeck status` shows of one process."""

    name: str
    pid: int | None
    ready: bool
    restarts: int
    seconds: float
    last_end: str
    birth: int | None = None
    """When the process started, in clock ticks since boot."""


class Supervisor:
    """Used on the main thread's event loop only: what it starts dies with that thread.

    `report` gets a line for each start, end and restart; `changed` is called when a state may have changed.
    """

    def __init__(self, report: Callable[[str], None], changed: Callable[[], None] = lambda: None) -> None:
        self._report = report
        self._changed = changed
        self._stages: list[list[Child]] = []
        self._keepers: dict[str, asyncio.Task[None]] = {}

    async def start(self, specs: Sequence[ChildSpec]) -> None:
        """Starts a stage side by side and returns when all of it is ready.

        Raises what kept one from it, after trying DEATHS_BEFORE_READY times.
        """
        children = [Child(spec) for spec in specs]
        self._stages.append(children)
        for child in children:
            self._keepers[child.spec.name] = asyncio.create_task(self._keep(child), name=child.spec.name)
        await asyncio.gather(*(self._first_ready(child) for child in children))

    async def stop(self) -> None:
        """Ends everything, the last stage first."""
        for task in self._keepers.values():
            task.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        for stage in reversed(self._stages):
            await asyncio.gather(*(self._end(child) for child in stage))
        self._changed()

    async def failed(self) -> None:
        """Never returns while all are kept running; raises what ended a keeper."""
        done, _ = await asyncio.wait(self._keepers.values(), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def restart(self, name: str) -> None:
        """Ends one in good order; it is started again at once."""
        for child in self._children():
            if child.spec.name == name:
                await child.stop()

    def states(self) -> list[ChildState]:
        now = time.monotonic()
        return [
            ChildState(
                name=child.spec.name,
                pid=child.pid,
                ready=child.is_ready,
                restarts=max(child.starts - 1, 0),
                seconds=round(now - child.started_at, 3) if child.pid else 0.0,
                last_end=child.last_end,
                birth=child.birth,
            )
            for child in self._children()
        ]

    def _children(self) -> list[Child]:
        return [child for stage in self._stages for child in stage]

    async def _first_ready(self, child: Child) -> None:
        keeper = self._keepers[child.spec.name]
        ready = asyncio.create_task(child.became_ready.wait())
        try:
            await asyncio.wait({keeper, ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if keeper.done():
            keeper.result()

    async def _keep(self, child: Child) -> None:
        while True:
            why = await self._live(child)
            self._changed()
            if not child.became_ready.is_set() and child.quick_deaths >= DEATHS_BEFORE_READY:
                raise ServiceError(f"{child.spec.name} does not start: {why}", child.log_hint())
            pause = child.pause()
            when = f"in {pause:g} s" if pause else "now"
            self._report(f"{child.spec.name} ended ({why}); starting it again {when}")
            await asyncio.sleep(pause)

    async def _live(self, child: Child) -> str:
        """One life of a child; how it ended."""
        try:
            await child.start(self._changed)
        except QuarterdeckError as error:
            await child.stop()
            if isinstance(error, HOPELESS) and not child.became_ready.is_set():
                raise
            return child.died(error.message)
        except OSError as error:
            return child.died(f"{error.filename or 'it'} cannot be used: {error.strerror}")
        self._changed()
        return await child.ended()

    async def _end(self, child: Child) -> None:
        if not await child.stop():
            self._report(f"{child.spec.name} did not stop when asked and was killed")
