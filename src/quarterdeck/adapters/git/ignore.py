"""Which untracked files git would ignore, by the .gitignore files on the way to them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from quarterdeck.adapters.git import wildmatch
from quarterdeck.adapters.git.wildmatch import Pattern

MAX_RULES = 256 * 1024
"""Of a .gitignore file; a larger one is not read, and so ignores nothing."""
_MAX_PATTERNS = 2_000

Names = tuple[bytes, ...]
"""A path from the root of the workspace, name by name."""


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """Those of one file, the last first: the last one that matches decides."""

    all: tuple[Pattern, ...]
    with_slash: tuple[Pattern, ...]
    without_slash: "re.Pattern[bytes]"
    """Matches a name that any pattern without a slash could be for: most names are for none."""

    def verdict(self, names: Names, *, is_folder: bool) -> bool | None:
        for pattern in self.all if self.without_slash.fullmatch(names[-1]) else self.with_slash:
            if pattern.matches(names, folder=is_folder):
                return not pattern.negated
        return None


class Rules:
    """The rules for a folder: its own .gitignore, read when first asked for, then those of the folders above."""

    def __init__(self, above: "Rules | None", depth: int, read: Callable[[], bytes]) -> None:
        self.above = above
        self.depth = depth
        self._read = read
        self._patterns: Patterns | None = None

    def ignores(self, names: Names, *, is_folder: bool) -> bool:
        """Whether a file or folder is ignored, given that the folders above it are not."""
        rules: Rules | None = self
        while rules is not None:
            verdict = rules.own().verdict(names[rules.depth :], is_folder=is_folder)
            if verdict is not None:
                return verdict
            rules = rules.above
        return False

    def own(self) -> Patterns:
        if self._patterns is None:
            self._patterns = parse(self._read())
        return self._patterns


def everything() -> Rules:
    """The rules within an ignored folder that has tracked files: all others in it are ignored."""
    return Rules(None, 0, lambda: b"*")


@lru_cache(maxsize=256)
def parse(content: bytes) -> Patterns:
    """The patterns of a .gitignore file."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    found = [pattern for line in lines if (pattern := wildmatch.parse(line.removesuffix(b"\r")))]
    found = found[:_MAX_PATTERNS][::-1]
    simple = [b".*" if not p.parts[0] else p.parts[0].pattern for p in found if p.anywhere]
    return Patterns(
        all=tuple(found),
        with_slash=tuple(pattern for pattern in found if not pattern.anywhere),
        without_slash=re.compile(b"|".join(simple) or b"(?!)", re.DOTALL),
    )
