"""What a tree of a workspace may hold, and the list of what was left out of it."""

from dataclasses import dataclass, field

from quarterdeck.application.paths import path_text
from quarterdeck.domain.workspace import SkippedPath


@dataclass(frozen=True, kw_only=True)
class Caps:
    file_bytes: int = 64 * 1024 * 1024
    """A larger file is left out."""
    new_bytes: int = 2 * 1024 * 1024 * 1024
    """Content read for one tree; what comes after is left out."""
    files: int = 500_000
    """Files and folders looked at for one tree."""
    depth: int = 4_000
    """Folders within folders."""
    listed: int = 200
    """Paths named as left out; further ones are counted."""
    listed_bytes: int = 64 * 1024
    """Of those names together: they become part of an event."""


@dataclass
class Skipped:
    """Paths left out of a tree, each with its reason."""

    caps: Caps
    _reasons: list[tuple[bytes, str]] = field(default_factory=list[tuple[bytes, str]])
    _bytes: int = 0
    total: int = 0

    def add(self, path: bytes, reason: str) -> None:
        self.total += 1
        self._bytes += len(path)
        if len(self._reasons) < self.caps.listed and self._bytes <= self.caps.listed_bytes:
            self._reasons.append((path, reason))

    def paths(self) -> tuple[SkippedPath, ...]:
        return tuple(SkippedPath(path=path_text(path), reason=reason) for path, reason in sorted(self._reasons))
