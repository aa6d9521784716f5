"""What makes one tree of another, as text for `git apply`, in parts."""

from collections.abc import Iterator
from pathlib import Path

from quarterdeck.adapters.git.program import SMALL_WINDOWS, Git, streamed

_SETTINGS = (
    *SMALL_WINDOWS,
    *("-c", "core.quotePath=true"),
    # beyond it, contents are not compared line by line: what a jail wrote may be made to take long
    *("-c", "core.bigFileThreshold=8m"),
)
_OPTIONS = (
    *("-r", "-p", "--binary", "--full-index", "--find-renames", "-l400", "--no-color", "--no-ext-diff"),
    *("--no-textconv", "--no-relative", "--submodule=short", "--ignore-submodules=none", "--src-prefix=a/"),
    "--dst-prefix=b/",
)


def patch(git: Git, store: Path, before: str, after: str, said: tuple[str, ...], timeout: float) -> Iterator[bytes]:
    """Lines that say what it is, which `git apply` skips, then the differences. Git holds one file at a time."""
    yield "".join(f"# {line}\n" for line in said).encode(errors="backslashreplace") + b"\n"
    yield from streamed(git, *_SETTINGS, "diff-tree", *_OPTIONS, before, after, "--", cwd=store, timeout=timeout)
