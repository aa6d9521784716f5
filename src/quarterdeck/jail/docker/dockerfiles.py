"""Dockerfiles as Docker's builder reads them, as far as it matters what one would have the daemon do itself."""

import re
from collections.abc import Iterator

DIRECTIVE = re.compile(r"#\s*escape\s*=\s*(\S)\s*", re.IGNORECASE)
OTHER_DIRECTIVE = re.compile(r"#\s*\w+\s*=.*")
SUSPECT = ("://", "$", "\\", "`", "git@")
"""An address, and what can spell one: variables, and escapes of JSON or of the shell."""


def download(text: str) -> str:
    """The first instruction that may have the daemon fetch something itself, on the host's network; empty: none."""
    for instruction in _instructions(text):
        word, _, rest = instruction.partition(" ")
        if word.upper() == "ADD" and any(each in rest for each in SUSPECT):
            return instruction
    return ""


def _instructions(text: str) -> Iterator[str]:
    """One line each: comments are left out and continued lines joined."""
    escape = _escape(text)
    whole = ""
    for line in text.splitlines():
        if line.lstrip().startswith("#") or (whole and not line.strip()):
            continue
        bare = line.rstrip()
        if bare.endswith(escape):
            whole += bare[: -len(escape)]
            continue
        yield " ".join((whole + line).split())
        whole = ""
    if whole:
        yield " ".join(whole.split())


def _escape(text: str) -> str:
    """Named by a directive, which only other directives may precede."""
    for line in text.splitlines():
        if found := DIRECTIVE.fullmatch(line.strip()):
            return found[1]
        if not OTHER_DIRECTIVE.fullmatch(line.strip()):
            break
    return "\\"
