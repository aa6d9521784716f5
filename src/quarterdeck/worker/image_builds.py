"""What the building of a session's image prints: into the log of events, and line by line into a transcript."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from uuid import UUID

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.streams import IMAGE_BUILD, SESSION
from quarterdeck.domain import image_build
from quarterdeck.domain.image_build import (
    BuildLog,
    ImageBuildEvent,
    ImageBuildFailed,
    ImageBuildStarted,
    ImageBuildState,
    ImageBuilt,
    image_build_id,
)
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.redaction import Redactor
from quarterdeck.worker.transcript import TranscriptWriter


class ImageBuildLog:
    """Of one session. One build at a time; a later one's lines follow those of the one before."""

    def __init__(self, ports: WorkerPorts, session_id: UUID) -> None:
        self._ports, self._session_id, self._id = ports, session_id, image_build_id(session_id)
        self._loop = asyncio.get_running_loop()

    async def began(self, dockerfile: str, base_commit: str, network: str) -> None:
        self._since = time.monotonic()
        head = await self._ports.transcripts.head(self._id)
        self._first = self._offset = head.offset
        self._redactor = Redactor(self._ports.patterns)
        self._writer = TranscriptWriter(self._ports.transcripts, self._id, head, hashlib.sha256(), _nothing)
        started = ImageBuildStarted(
            session_id=self._session_id, dockerfile=dockerfile, base_commit=base_commit, network=network
        )
        await self._append(lambda _: (started,))

    def said(self, line: str) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._take, line)

    async def built(self, image: str, *, steps: int, cached_steps: int) -> None:
        log = await self._ended()
        built = ImageBuilt(image=image, steps=steps, cached_steps=cached_steps, wall_ms=self._wall_ms, log=log)
        await self._append(lambda state: image_build.end(state, built))

    async def failed(self, reason: str) -> None:
        log = await self._ended()
        failed = ImageBuildFailed(reason=self._ports.patterns.masked(reason), wall_ms=self._wall_ms, log=log)
        await self._append(lambda state: image_build.end(state, failed))

    @property
    def _wall_ms(self) -> int:
        return int((time.monotonic() - self._since) * 1000)

    def _take(self, line: str) -> None:
        data = f"{line}\n".encode(errors="replace")
        at = int((time.monotonic() - self._since) * 1e6)
        frame = encode(Frame(FrameKind.OUTPUT, self._offset, at, data))
        self._offset += len(data)
        if passed := self._redactor.feed(frame):
            self._writer.add(passed)

    async def _ended(self) -> BuildLog:
        # what threads have said is taken before
        await asyncio.sleep(0)
        if held := self._redactor.release():
            self._writer.add(held)
        await self._writer.drained()
        return BuildLog(offset=self._first, bytes=self._offset - self._first, sha256=self._writer.sha256)

    async def _append(self, decide: Callable[[ImageBuildState], tuple[ImageBuildEvent, ...]]) -> None:
        while True:
            cause: LoggedEvent = (await self._ports.journal.read(SESSION, self._session_id)).events[-1]
            read = await self._ports.journal.read(IMAGE_BUILD, self._id)
            events = decide(read.state)
            if not events:
                return
            write = StreamWrite(stream_id=self._id, expected_version=read.version, events=events)
            try:
                await self._ports.journal.append([write], cause)
                return
            except ConcurrencyError:
                continue


async def _nothing(_position: int) -> None:
    """There is no spool to be told."""
