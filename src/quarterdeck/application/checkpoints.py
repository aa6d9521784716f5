"""Signed checkpoints, read from where they are kept outside of the log."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.application.ports.objects import ObjectStore

FOLDER = "checkpoints"


def object_key(number: int) -> str:
    """Where a note lies in the checkpoint store; keys are in the order of numbers."""
    return f"{FOLDER}/{number:012d}.note"


@dataclass(frozen=True, kw_only=True)
class KeptCheckpoint:
    number: int
    note: str
    """As it was signed, unchecked: whoever reads it checks it."""

    @property
    def position(self) -> int:
        """Of its page's cursor."""
        return self.number


@dataclass(frozen=True)
class Checkpoints:
    store: ObjectStore

    async def put(self, number: int, note: str) -> None:
        """Replaces one of the same number."""
        with tempfile.TemporaryDirectory(prefix="qd-checkpoint-") as folder:
            file = Path(folder) / "note"
            file.write_text(note)
            await self.store.put(object_key(number), file)

    async def page(self, after: int, limit: int) -> Sequence[KeptCheckpoint]:
        """At most `limit` of those with greater numbers, in their order. Raises UnavailableError."""
        keys = [each.key for each in await self.store.list(FOLDER) if each.key > object_key(after)]
        with tempfile.TemporaryDirectory(prefix="qd-checkpoint-") as folder:
            return [await self._get(key, Path(folder) / "note") for key in keys[:limit]]

    async def newest(self) -> KeptCheckpoint | None:
        """Raises UnavailableError."""
        keys = [each.key for each in await self.store.list(FOLDER)]
        if not keys:
            return None
        with tempfile.TemporaryDirectory(prefix="qd-checkpoint-") as folder:
            return await self._get(max(keys), Path(folder) / "note")

    async def _get(self, key: str, file: Path) -> KeptCheckpoint:
        await self.store.get(key, file)
        number = key.removeprefix(f"{FOLDER}/").removesuffix(".note")
        return KeptCheckpoint(number=int(number), note=file.read_text(errors="replace"))
