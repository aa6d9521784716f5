"""The GraphQL documents of `qd`: one operation per file, in the form that graphql-core prints.

A fragment that several use is in a file of its own, in `fragments`, named as the fragment is; who spreads it gets it
appended. Each document is sent whole, since the server knows it by the SHA-256 of its text.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

SUFFIX = ".graphql"
FRAGMENTS = "fragments"
_SPREAD = re.compile(r"\.\.\.(\w+)\n")


@cache
def document(name: str) -> str:
    """The text of `<name>.graphql`, with the fragments that it shares with others."""
    texts = [_read(name + SUFFIX)]
    # what is appended may spread others
    for text in texts:
        for fragment in dict.fromkeys(_SPREAD.findall(text)):
            if not any(f"fragment {fragment} on " in each for each in texts):
                texts.append(_read(FRAGMENTS, fragment + SUFFIX))
    return "\n".join(texts)


def names() -> Iterator[str]:
    """Every document there is."""
    for entry in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(SUFFIX):
            yield entry.name.removesuffix(SUFFIX)


def _read(*path: str) -> str:
    return files(__name__).joinpath(*path).read_text(encoding="utf-8")
