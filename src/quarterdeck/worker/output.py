"""One command's output, end to end: pump, redactor and transcript put together."""

import contextlib
from uuid import UUID

from quarterdeck.application.transcript import EMPTY
from quarterdeck.jail.abstract import Jail
from quarterdeck.jail.errors import JailError
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.pump import Pump
from quarterdeck.worker.redaction import Redactor
from quarterdeck.worker.resuming import Stored, stored
from quarterdeck.worker.transcript import TranscriptWriter


class Output:
    def __init__(self, ports: WorkerPorts, jail: Jail, command_id: UUID, found: Stored) -> None:
        self._ports, self._jail, self._command_id = ports, jail, command_id
        self._writer = TranscriptWriter(ports.transcripts, command_id, found.head, found.digest, self._stored)
        redactor = Redactor(ports.patterns)
        found.prime(redactor)
        limit = ports.settings.output_limit_bytes
        self._pump = Pump(command_id, jail, ports.live, self._writer, redactor, limit)
        self._end = b""

    @classmethod
    def new(cls, ports: WorkerPorts, jail: Jail, command_id: UUID) -> "Output":
        return cls(ports, jail, command_id, Stored(EMPTY))

    @classmethod
    async def resumed(cls, ports: WorkerPorts, jail: Jail, command_id: UUID) -> "Output":
        """From where the transcript ends."""
        return cls(ports, jail, command_id, await stored(ports.transcripts, command_id))

    @property
    def bytes(self) -> int:
        return self._writer.head.offset

    @property
    def sha256(self) -> str:
        return self._writer.sha256

    async def pump(self) -> None:
        """Until the output ends. The END frame is kept for `seal`."""
        self._end = await self._pump.run(self._writer.head.encoded)

    async def finish(self) -> None:
        """Everything that is still in the spool, to the end."""
        if not self._writer.head.complete:
            await self.pump()
            await self.drained()
            await self.seal()

    async def drained(self) -> None:
        await self._writer.drained()

    async def seal(self) -> None:
        """Stores the END frame, then shows it: who sees it finds everything before it stored."""
        if self._end:
            self._writer.add(self._end)
            await self._writer.drained()
            await self._ports.live.publish(self._command_id, self._end)

    async def close(self) -> None:
        await self._writer.close()

    async def _stored(self, position: int) -> None:
        # a jail that is gone needs its spool no more
        with contextlib.suppress(JailError):
            await self._jail.acknowledge(self._command_id, position)
