"""The user's own copy of a file that is edited: readable by them alone, and kept until it is in the session."""

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from quarterdeck_cli.contexts import config_dir

_SAFE = re.compile(r"[^A-Za-z0-9._+@-]")


@dataclass(frozen=True)
class Copy:
    path: Path

    @classmethod
    def make(cls, name: str, content: bytes) -> "Copy":
        """Named after the file, for editors that go by the ending."""
        folder = config_dir() / "edits"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        safe = _SAFE.sub("_", name.rsplit("/", 1)[-1]).lstrip("-.") or "file"
        copy = cls(Path(mkdtemp(dir=folder, prefix="")) / safe[-100:])
        copy.put(content)
        return copy

    def put(self, content: bytes) -> None:
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(content)

    def drop(self) -> None:
        """With what the editor left beside it."""
        with suppress(OSError):
            shutil.rmtree(self.path.parent)
