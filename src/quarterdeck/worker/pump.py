"""Moving one command's output from its spool to those who watch, and into the transcript."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from uuid import UUID

from quarterdeck.application.background import end
from quarterdeck.application.frames import FrameKind, spans
from quarterdeck.application.ports.output import LiveOutput
from quarterdeck.domain.command import EndReason
from quarterdeck.jail.abstract import Jail, SpoolBatch
from quarterdeck.jail.errors import JailError
from quarterdeck.worker.redaction import Redactor
from quarterdeck.worker.transcript import TranscriptWriter

LIVE_BYTES = 256 * 1024
"""Frames of one live message; a single longer frame goes as it is."""

PAUSE_SECONDS = 0.01
"""So long the start of a secret is held back when nothing follows it."""


class Pump:
    def __init__(
        self,
        command_id: UUID,
        jail: Jail,
        live: LiveOutput,
        writer: TranscriptWriter,
        redactor: Redactor,
        output_limit: int = 0,
    ) -> None:
        self._command_id, self._jail, self._live, self._writer = command_id, jail, live, writer
        self._redactor, self._output_limit = redactor, output_limit
        self._following: asyncio.Task[SpoolBatch] | None = None
        self._over_limit = False

    async def run(self, position: int) -> bytes:
        """Forwards everything from this position of the spool on, and returns the END frame, which it keeps back.

        Returns nothing where the spool ends without one: the jail is gone.
        """
        batches = aiter(self._jail.spool(self._command_id, position))
        try:
            while (batch := await self._next(batches)) is not None:
                body, last = _without_end(self._redactor.feed(batch.encoded))
                await self._forward(body)
                if last:
                    return last
                await self._writer.room()
        finally:
            await self._let_go(batches)
        await self._forward(self._redactor.release())
        return b""

    async def _next(self, batches: AsyncIterator[SpoolBatch]) -> SpoolBatch | None:
        try:
            if self._redactor.holds or self._following:
                return await self._next_or_release(batches)
            return await anext(batches)
        except (StopAsyncIteration, JailError):
            return None

    async def _next_or_release(self, batches: AsyncIterator[SpoolBatch]) -> SpoolBatch:
        """What is held back goes on when nothing more comes; the read under way is not given up for it."""
        if self._following is None:
            self._following = asyncio.create_task(_following(batches))
        if self._redactor.holds:
            await asyncio.wait([self._following], timeout=PAUSE_SECONDS)
            if not self._following.done():
                await self._forward(self._redactor.release())
        try:
            return await self._following
        finally:
            if self._following.done():
                self._following = None

    async def _forward(self, encoded: bytes) -> None:
        if not encoded:
            return
        for message in messages(encoded):
            await self._live.publish(self._command_id, message)
        self._writer.add(encoded)
        if self._output_limit:
            await self._check_limit()
        # all of this may have gone without waiting once: others want to run, too
        await asyncio.sleep(0)

    async def _check_limit(self) -> None:
        if not self._over_limit and self._writer.head.offset > self._output_limit:
            self._over_limit = True
            await self._jail.kill(self._command_id, EndReason.OUTPUT_LIMIT)

    async def _let_go(self, batches: AsyncIterator[SpoolBatch]) -> None:
        if self._following:
            await end([self._following])
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()


def messages(encoded: bytes) -> Iterator[bytes]:
    """Cuts whole frames into messages of whole frames."""
    if len(encoded) <= LIVE_BYTES:
        yield encoded
        return
    start = end = 0
    for span in spans(encoded):
        if span.end - start > LIVE_BYTES and end > start:
            yield encoded[start:end]
            start = end
        end = span.end
    yield encoded[start:end]


async def _following(batches: AsyncIterator[SpoolBatch]) -> SpoolBatch:
    return await anext(batches)


def _without_end(encoded: bytes) -> tuple[bytes, bytes]:
    """What comes before the END frame, and that frame."""
    layout = spans(encoded)
    if not layout or layout[-1].kind != FrameKind.END:
        return encoded, b""
    return encoded[: layout[-1].start], encoded[layout[-1].start :]
