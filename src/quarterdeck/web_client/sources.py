"""What the web client is built from, by its digest: a build is made anew when that has changed, and only then."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

SCHEMA = Path("schema/quarterdeck_schema/schema.graphql")
"""Of the checkout; types are generated from it."""
NOT_SOURCES = {"node_modules", "dist", "coverage"}
GENERATED = ".generated."
TESTS = ".test."


def digest_of(sources: Path) -> str:
    """Of names and contents, without what a build or a test run leaves there."""
    whole = sha256()
    for path in [*_files(sources), sources.parent / SCHEMA]:
        content = path.read_bytes() if path.is_file() else b""
        name = path.relative_to(sources.parent).as_posix()
        whole.update(f"{name}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in NOT_SOURCES or (path.is_dir() and path.name.startswith(".")):
            continue
        if path.is_dir():
            yield from _files(path)
        elif GENERATED not in path.name and TESTS not in path.name:
            yield path
