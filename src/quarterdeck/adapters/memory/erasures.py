"""Erasing in memory."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgspec

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.memory.transcripts import MemoryTranscriptStore
from quarterdeck.application.transcript import without
from quarterdeck.domain.erasure import ERASED, ErasedOutput, PayloadErased
from quarterdeck.domain.errors import ConflictError


class MemoryErasures:
    def __init__(self, log: MemoryEventLog, transcripts: MemoryTranscriptStore) -> None:
        self._log, self._transcripts = log, transcripts

    async def tombstone(self, position: int, fields: tuple[str, ...]) -> bytes | None:
        payload = (await self._log.raw(position - 1, 1))[0].payload
        if payload is None:
            return None
        try:
            return tombstone(payload, fields)
        except msgspec.DecodeError as error:
            raise ConflictError(f"Fields of event {position} cannot be taken out: it is no JSON.") from error

    async def carry_out(self, erasure: int) -> None:
        record = (await self._log.read(erasure - 1, 1))[0].event
        assert isinstance(record, PayloadErased)
        for item in record.events:
            row = (await self._log.raw(item.position - 1, 1))[0]
            after = tombstone(row.payload, item.fields) if row.payload and item.fields else None
            if row.payload is not None and after != row.payload:
                assert after is None or sha256(after).hexdigest() == item.sha256
                self._log.replace(replace(row, payload=after, partly_erased=after is not None))

    async def rewrite(self, erasure: int, output: ErasedOutput) -> None:
        del erasure
        self._transcripts.rewrite(output.command_id, lambda frame: without(frame, output.first, output.until))


def tombstone(payload: bytes, fields: tuple[str, ...]) -> bytes:
    """In the same form as PostgreSQL's jsonb where keys are ordered as they come: only its own digest has to fit."""
    document = msgspec.json.decode(payload)
    for field in fields:
        _erase(document, field.split("."))
    return msgspec.json.encode(document)


def _erase(document: dict[str, Any], path: list[str]) -> None:
    holder: Any = document
    for name in path[:-1]:
        holder = holder.get(name) or {}
    if holder.get(path[-1]) is None:
        return
    value: object = holder[path[-1]]
    if isinstance(value, str):
        holder[path[-1]] = ERASED
    elif isinstance(value, list | dict):
        holder[path[-1]] = [] if isinstance(value, list) else {}
