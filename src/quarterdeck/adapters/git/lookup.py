"""Finding what is at a path of a tree."""

from quarterdeck.adapters.git.objects import EXECUTABLE, FILE, LINK, SUBMODULE, TREE, Entry, ReadableObjects
from quarterdeck.application.trees import FileKind

KINDS = {
    FILE: FileKind.FILE,
    EXECUTABLE: FileKind.EXECUTABLE,
    LINK: FileKind.LINK,
    TREE: FileKind.FOLDER,
    SUBMODULE: FileKind.SUBMODULE,
}


def find(objects: ReadableObjects, tree: bytes, path: bytes) -> Entry | None:
    """The empty path is the tree itself."""
    entry = TREE, tree
    for name in path.split(b"/") if path else ():
        if entry[0] != TREE:
            return None
        inner = objects.entries(entry[1]).get(name)
        if inner is None:
            return None
        entry = inner
    return entry


def kind_of(entry: Entry) -> FileKind:
    """Modes of old or foreign repositories, such as 100664, count as what they begin with."""
    return KINDS.get(entry[0], FileKind.FILE)


def size_of(objects: ReadableObjects, entry: Entry) -> int | None:
    return None if entry[0] in {TREE, SUBMODULE} else objects.size(entry[1])
