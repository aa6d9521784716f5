"""The notes of a bundle, kept until its rows are walked: in a file, as whoever made it may have put in any number."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Final, Self

import msgspec

from quarterdeck.audit.bundle.container import BundleError
from quarterdeck.audit.notes import MOST_CHARACTERS

IN_MEMORY: Final = 2**20


@dataclass
class Noted:
    """To be entered."""

    count: int = 0
    _lines: IO[bytes] = field(default_factory=partial(tempfile.SpooledTemporaryFile, IN_MEMORY))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def add(self, notes: Iterable[str]) -> None:
        for note in notes:
            if len(note) > MOST_CHARACTERS:
                raise BundleError(f"The bundle has a note of {len(note):,} characters; none has so many.")
            self._lines.write(msgspec.json.encode(note) + b"\n")
            self.count += 1

    def __iter__(self) -> Iterator[str]:
        self._lines.seek(0)
        for line in self._lines:
            yield msgspec.json.decode(line, type=str)
