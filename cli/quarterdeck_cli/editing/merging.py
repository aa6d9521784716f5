"""Two changes of one file, brought together for an editor."""

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from quarterdeck_cli.errors import NotSetUpError

MINE, BASE, THEIRS = "yours", "as you opened it", "in the session"
_MARKS = re.compile(rb"^(?:<{7} yours|\|{7} as you opened it|>{7} in the session)\r?$", re.MULTILINE)


def merge(mine: bytes, base: bytes, theirs: bytes) -> bytes:
    """All changes of both, with marks as of diff3 where they are of the same lines."""
    with TemporaryDirectory(prefix="qd-merge-") as folder:
        paths = [_put(Path(folder) / name, text) for name, text in (("m", mine), ("b", base), ("t", theirs))]
        labels = [word for label in (MINE, BASE, THEIRS) for word in ("-L", label)]
        words = ["git", "merge-file", "-p", "--diff3", "--marker-size=7", *labels, *map(str, paths)]
        try:
            done = subprocess.run(words, capture_output=True, check=False, timeout=60, cwd=folder)
        except (OSError, subprocess.SubprocessError) as error:
            raise NotSetUpError("There is no git here that could merge the two.", "Install git.") from error
    if not 0 <= done.returncode < 128:
        raise NotSetUpError("git could not merge the two.", "Take one of them.")
    return done.stdout


def is_marked(text: bytes) -> bool:
    """Something is left to decide."""
    return _MARKS.search(text) is not None


def _put(path: Path, text: bytes) -> Path:
    path.write_bytes(text)
    return path
