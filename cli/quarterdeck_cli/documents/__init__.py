"""The GraphQL documents of `qd`: one operation per file, with its fragments, in the form that graphql-core prints.

Each is whole, since the server knows it by the SHA-256 of its text.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

SUFFIX = ".graphql"


@cache
def document(name: str) -> str:
    """The text of `<name>.graphql`."""
    return files(__name__).joinpath(name + SUFFIX).read_text(encoding="utf-8")


def names() -> Iterator[str]:
    """Every document there is."""
    for entry in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(SUFFIX):
            yield entry.name.removesuffix(SUFFIX)
