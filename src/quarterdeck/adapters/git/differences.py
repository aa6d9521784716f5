"""Which files differ between two trees."""

from collections.abc import Iterator

from quarterdeck.adapters.git.objects import TREE, Entries, Entry, Objects
from quarterdeck.domain.command import ChangedFile


def differences(objects: Objects, before: bytes, after: bytes) -> tuple[ChangedFile, ...]:
    """Files added, modified (content, kind or executable bit) and deleted, by path. Cost follows what differs."""
    found: dict[bytes, str] = {}
    pending: list[tuple[bytes, bytes | None, bytes | None]] = [(b"", before, after)] if before != after else []
    while pending:
        prefix, old_tree, new_tree = pending.pop()
        for name, old, new in _changed(_entries(objects, old_tree), _entries(objects, new_tree)):
            path = prefix + name
            old_folder, new_folder = _folder(old), _folder(new)
            if old_folder or new_folder:
                pending.append((path + b"/", old_folder, new_folder))
            status = _status(None if old_folder else old, None if new_folder else new)
            if status:
                found[path] = status
    return tuple(ChangedFile(path=shown(path), status=found[path]) for path in sorted(found))


def shown(path: bytes) -> str:
    """A path as text: bytes that are not UTF-8 as \\xNN."""
    return path.decode(errors="backslashreplace")


def _entries(objects: Objects, tree: bytes | None) -> Entries:
    return {} if tree is None else objects.entries(tree)


def _changed(old: Entries, new: Entries) -> Iterator[tuple[bytes, Entry | None, Entry | None]]:
    for name in {name for name, _ in old.items() ^ new.items()}:
        yield name, old.get(name), new.get(name)


def _folder(entry: Entry | None) -> bytes | None:
    return entry[1] if entry and entry[0] == TREE else None


def _status(old: Entry | None, new: Entry | None) -> str | None:
    if old and new:
        return "modified"
    if old or new:
        return "deleted" if old else "added"
    return None
