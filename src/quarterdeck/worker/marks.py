"""Which sessions this worker holds or tries to make, a file each: found again even where jail and files of one are
both gone. The file counts the attempts, so that a session that kills its worker is given up some time."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID


class Marks:
    def __init__(self, state_dir: Path) -> None:
        self._folder = state_dir / "held"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def attempt(self, session_id: UUID) -> int:
        """How often it has been tried to make this session, with this time."""
        path = self._folder / str(session_id)
        text = path.read_text() if path.exists() else ""
        attempts = (int(text) if text.isdecimal() else 0) + 1
        path.write_text(str(attempts))
        return attempts

    def set(self, session_id: UUID) -> None:
        (self._folder / str(session_id)).touch()

    def clear(self, session_id: UUID) -> None:
        (self._folder / str(session_id)).unlink(missing_ok=True)

    def all(self) -> Iterator[UUID]:
        for mark in list(self._folder.iterdir()):
            with suppress(ValueError):
                yield UUID(mark.name)
