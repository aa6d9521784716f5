"""Commands whose output is followed here: one subscription to live output each, however many followers."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

import orjson
import structlog

from quarterdeck.application.background import end, together
from quarterdeck.application.ports.log import EventLog, RawEvent
from quarterdeck.application.ports.output import LiveOutput, TranscriptStore
from quarterdeck.application.streams import COMMAND
from quarterdeck.domain.command import CommandFinished, CommandLost, CommandRefused, EndedCommand
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.gateway.follower import Follower
from quarterdeck.gateway.live import LiveCommand
from quarterdeck.gateway.metrics import FOLLOWED
from quarterdeck_schema.commands.output import CaughtUp, OutputChunk, OutputEnd

logger = structlog.get_logger(__name__)

FIRST_IDLE, LONGEST_IDLE = 0.5, 8.0
"""Between looks for output that was stored but never arrived live."""
AGAIN_SECONDS = 0.5
ENDINGS = frozenset({CommandFinished.TOPIC, CommandLost.TOPIC, CommandRefused.TOPIC})


@dataclass
class _Followed:
    live: LiveCommand
    listening: asyncio.Event
    task: asyncio.Task[None]


class Outputs:
    def __init__(self, live: LiveOutput, transcripts: TranscriptStore, log: EventLog) -> None:
        self._live, self._transcripts, self._log = live, transcripts, log
        self._followed: dict[UUID, _Followed] = {}

    async def follow(self, command_id: UUID, after: int) -> AsyncIterator[OutputChunk | CaughtUp | OutputEnd]:
        """The messages of `Subscription.commandOutput`; OutputEnd is the last."""
        async with self._joined(command_id) as live:
            async for message in Follower(live, self._transcripts, after).messages():
                yield message

    def heard(self, events: Sequence[RawEvent]) -> None:
        """Listens to the log: a command that ended without a last frame ends its output all the same."""
        for event in events:
            followed = self._followed.get(event.stream_id)
            if followed is not None and event.topic in ENDINGS:
                followed.live.ended(_length(event))

    @asynccontextmanager
    async def _joined(self, command_id: UUID) -> AsyncGenerator[LiveCommand, None]:
        followed = self._followed.get(command_id)
        if followed is None:
            live, listening = LiveCommand(command_id), asyncio.Event()
            task = asyncio.create_task(self._run(live, listening), name=f"output of {command_id}")
            followed = self._followed[command_id] = _Followed(live, listening, task)
            FOLLOWED.inc()
        followed.live.followers += 1
        try:
            await followed.listening.wait()
            yield followed.live
        finally:
            followed.live.followers -= 1
            if not followed.live.followers:
                del self._followed[command_id]
                FOLLOWED.dec()
                await end([followed.task])

    async def _run(self, live: LiveCommand, listening: asyncio.Event) -> None:
        await together(self._listen(live, listening), self._look(live))

    async def _listen(self, live: LiveCommand, listening: asyncio.Event) -> None:
        """Followers may read the transcript only once live output is listened to: what comes in between is in both."""
        while True:
            try:
                async with self._live.subscribe(live.command_id) as arriving:
                    state = (await COMMAND.load(self._log, live.command_id)).state
                    if isinstance(state, EndedCommand):
                        outcome = state.outcome
                        live.ended(outcome.output_bytes if isinstance(outcome, CommandFinished) else 0)
                    listening.set()
                    async for encoded in arriving:
                        live.arrived(encoded)
            except QuarterdeckError as error:
                logger.warning("live output is not heard", command=str(live.command_id), error=error.message)
            except Exception:
                logger.exception("live output failed", command=str(live.command_id))
            listening.set()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _look(self, live: LiveCommand) -> None:
        """Live output is best effort: the last frames before a pause may be lost, with none after them to show it."""
        idle, seen = FIRST_IDLE, -1
        while True:
            await asyncio.sleep(idle)
            if live.last != seen:
                idle, seen = FIRST_IDLE, live.last
                continue
            idle = min(idle * 2, LONGEST_IDLE)
            with suppress(Exception):  # it is looked again soon
                head = await self._transcripts.head(live.command_id)
                live.is_stored(head.offset, complete=head.complete)


def _length(event: RawEvent) -> int:
    """Of the output, as the command's end has it; 0 where it has none."""
    facts: dict[str, object] = orjson.loads(event.payload) if event.payload else {}
    length = facts.get("output_bytes")
    return length if isinstance(length, int) else 0
