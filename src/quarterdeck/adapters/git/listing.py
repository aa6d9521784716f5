"""The paths of all files of a tree, as far as anybody would wait for them."""

from collections import deque

from quarterdeck.adapters.git.objects import SUBMODULE, TREE, ReadableObjects
from quarterdeck.application.paths import path_text

MOST_FILES = 300_000
MOST_FOLDERS = 30_000
MOST_BYTES = 32 * 1024 * 1024
"""Of all paths. A small repository can have folders within one another whose paths fill any memory."""


def all_paths(objects: ReadableObjects, tree: bytes) -> tuple[tuple[str, ...], bool]:
    """Those of the outer folders first, and whether there are more. Links are files here; submodules are not."""
    found: list[str] = []
    waiting = deque([(b"", tree)])
    folders = size = 0
    while waiting:
        prefix, folder = waiting.popleft()
        folders += 1
        for name, (mode, entry) in sorted(objects.entries(folder).items()):
            path = prefix + name
            size += len(path)
            if len(found) >= MOST_FILES or folders > MOST_FOLDERS or size > MOST_BYTES:
                return tuple(found), True
            if mode == TREE:
                waiting.append((path + b"/", entry))
            elif mode != SUBMODULE:
                found.append(path_text(path))
    return tuple(found), False
