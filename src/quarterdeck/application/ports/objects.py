"""The object store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    key: str
    size: int
    modified: datetime


class ObjectStore(Protocol):
    """Whole objects by key: parts joined by slashes. Raises UnavailableError where it does not answer."""

    async def put(self, key: str, content: Path) -> None:
        """Whole or not at all, and there for good when this returns. What was there is replaced."""
        ...

    async def get(self, key: str, into: Path) -> None:
        """Writes it to a file, which is made or replaced. Raises NotFoundError."""
        ...

    async def list(self, prefix: str) -> Sequence[StoredObject]:
        """Those whose first parts are these, by key."""
        ...

    async def delete(self, key: str) -> None:
        """One that is not there is no error."""
        ...
