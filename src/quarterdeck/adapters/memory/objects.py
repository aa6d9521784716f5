"""Objects in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from quarterdeck.application.ports.objects import StoredObject
from quarterdeck.domain.errors import NotFoundError, UnavailableError


@dataclass
class MemoryObjects:
    away: bool = False
    """It does not answer."""
    _objects: dict[str, tuple[bytes, datetime]] = field(default_factory=dict[str, tuple[bytes, datetime]])

    async def put(self, key: str, content: Path) -> None:
        self._answer()
        self._objects[key] = (content.read_bytes(), datetime.now(UTC))

    async def get(self, key: str, into: Path) -> None:
        self._answer()
        if key not in self._objects:
            raise NotFoundError(f"There is no object {key} in the object store.")
        into.write_bytes(self._objects[key][0])

    async def list(self, prefix: str) -> Sequence[StoredObject]:
        self._answer()
        start = f"{prefix.rstrip('/')}/" if prefix else ""
        return [
            StoredObject(key=key, size=len(content), modified=modified)
            for key, (content, modified) in sorted(self._objects.items())
            if key.startswith(start)
        ]

    async def delete(self, key: str) -> None:
        self._answer()
        self._objects.pop(key, None)

    def _answer(self) -> None:
        if self.away:
            raise UnavailableError("The object store does not answer.", "See that it is up.")
