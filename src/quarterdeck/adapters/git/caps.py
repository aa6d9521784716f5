"""What a tree of a workspace may hold, and the list of what was left out of it."""

from dataclasses import dataclass, field

from quarterdeck.adapters.git.differences import shown


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
    listed: int = 1_000
    """Paths named as left out; further ones are counted."""


@dataclass
class Skipped:
    """Paths left out of a tree, each with its reason."""

    caps: Caps
    _reasons: list[tuple[bytes, str]] = field(default_factory=list[tuple[bytes, str]])
    _more: int = 0

    def add(self, path: bytes, reason: str) -> None:
        if len(self._reasons) < self.caps.listed:
            self._reasons.append((path, reason))
        else:
            self._more += 1

    def lines(self) -> tuple[str, ...]:
        lines = tuple(f"{shown(path)}: {reason}" for path, reason in sorted(self._reasons))
        return (*lines, f"and {self._more} more") if self._more else lines
