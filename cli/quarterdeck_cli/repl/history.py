"""What was typed, kept in a file of the user's own. Lines with secrets in them are not."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from prompt_toolkit.history import FileHistory

from quarterdeck_cli.folders import state_dir

LONGEST: Final = 1024 * 1024
"""Bytes of the file; beyond, its older half goes."""
_SECRET: Final = re.compile(
    r"""
    \bqd_\w{6,} | \b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[a-z]|hf|npm|pypi)[-_][\w-]{10,}  # tokens
    | \bAKIA[A-Z0-9]{12,} | \beyJ[\w-]{10,}\.[\w-]+                             # Amazon, JSON web tokens
    | -----BEGIN | ://[^\s/:@]*:[^\s/@]+@                                       # keys; passwords in addresses
    | (?:pass(?:word|wd|phrase)?|secret|token|credentials?|api_?-?key|private_?-?key)\w*["']?\s*[=:]\s*\S  # NAME=VALUE
    | --?(?:token|password|pass|secret)\b[\s=]+[^\s-]                           # options
    | \b(?:authorization|bearer)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LOGIN: Final = re.compile(r"\s*(?:qd\s+)?login\s+(?!.*://)(?!-)\S")
"""A one-time token, which looks like any word."""


def is_kept(line: str) -> bool:
    """A line that begins with a space is not either, as in a shell."""
    return not (line.startswith(" ") or _SECRET.search(line) or _LOGIN.match(line))


class History(FileHistory):
    """One for all of a user's REPLs."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)
        _shorten(path)
        super().__init__(str(path))

    def store_string(self, string: str) -> None:
        """A disk that is full loses a line of history, and no more."""
        if is_kept(string):
            with suppress(OSError):
                super().store_string(string)


def history() -> History:
    return History(state_dir() / "history")


def _shorten(path: Path) -> None:
    """From an entry's begin on, which is an empty line and a comment with its time."""
    if path.stat().st_size <= LONGEST:
        return
    kept = path.read_bytes()[-LONGEST // 2 :]
    path.write_bytes(kept[max(kept.find(b"\n\n#"), 0) :])
