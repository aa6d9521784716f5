"""Which files differ between two trees."""

from collections.abc import Iterator

from quarterdeck.adapters.git.objects import TREE, Entries, Entry, ReadableObjects
from quarterdeck.application.paths import path_text
from quarterdeck.domain.command import ChangedFile
from quarterdeck.domain.errors import InvalidInputError

Changes = dict[bytes, tuple[Entry | None, Entry | None]]
"""By path, what a file was and what it is; None where there is none."""
MOST_CHANGES = 10**7
"""A tree may name one folder many times over: it then has more files than any disk."""


def differences(objects: ReadableObjects, before: bytes, after: bytes) -> tuple[ChangedFile, ...]:
    """Files added, modified (content, kind or executable bit) and deleted, by path."""
    found = changes(objects, before, after)
    return tuple(ChangedFile(path=path_text(path), status=_status(*found[path])) for path in sorted(found))


def changes(objects: ReadableObjects, before: bytes, after: bytes, most: int = MOST_CHANGES) -> Changes:
    """Cost follows what differs. Raises InvalidInputError where that is more than `most` files and folders."""
    found: Changes = {}
    pending: list[tuple[bytes, bytes | None, bytes | None]] = [(b"", before, after)] if before != after else []
    while pending:
        if len(pending) + len(found) > most:
            raise InvalidInputError(f"More than {most:,} files and folders differ.", "Compare points that are closer.")
        prefix, old_tree, new_tree = pending.pop()
        for name, old, new in _changed(_entries(objects, old_tree), _entries(objects, new_tree)):
            path = prefix + name
            old_folder, new_folder = _folder(old), _folder(new)
            if old_folder or new_folder:
                pending.append((path + b"/", old_folder, new_folder))
            old_file, new_file = None if old_folder else old, None if new_folder else new
            if old_file or new_file:
                found[path] = old_file, new_file
    return found


def _entries(objects: ReadableObjects, tree: bytes | None) -> Entries:
    return {} if tree is None else objects.entries(tree)


def _changed(old: Entries, new: Entries) -> Iterator[tuple[bytes, Entry | None, Entry | None]]:
    for name in {name for name, _ in old.items() ^ new.items()}:
        yield name, old.get(name), new.get(name)


def _folder(entry: Entry | None) -> bytes | None:
    return entry[1] if entry and entry[0] == TREE else None


def _status(old: Entry | None, new: Entry | None) -> str:
    if old and new:
        return "modified"
    return "deleted" if old else "added"
