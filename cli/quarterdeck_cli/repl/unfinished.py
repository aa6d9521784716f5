"""Whether a line goes on below: an open quote, a backslash at its end, or shell text that bash waits for more of."""

import os
import subprocess
from typing import Final

from quarterdeck_cli.completion.words import split
from quarterdeck_cli.repl.line import SHELL

PATIENCE_SECONDS: Final = 1.0
_MORE: Final = (b"unexpected end of file", b"unexpected EOF", b"delimited by end-of-file")
"""What bash says at the end of a text that does not end there."""


def is_unfinished(text: str) -> bool:
    """Asked when Enter is pressed."""
    begun = text.strip()
    if begun.startswith(SHELL):
        return _bash_waits(text.lstrip().removeprefix(SHELL))
    return not begun.startswith("#") and (bool(split(text).quote) or _goes_on(text))


def _goes_on(text: str) -> bool:
    """By an odd number of backslashes."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _bash_waits(script: str) -> bool:
    """Bash reads it and runs nothing. Where there is none here, a jail's will say what it thinks."""
    if _goes_on(script):
        return True
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    try:
        read = subprocess.run(
            ["bash", "--norc", "--noprofile", "-n"],
            input=script.encode(errors="surrogateescape") + b"\n",
            env=environment,
            capture_output=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return any(each in read.stderr for each in _MORE)
