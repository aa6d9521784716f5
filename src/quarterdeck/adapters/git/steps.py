"""From one tree to another, as steps: what to remove, and what to write."""

from collections.abc import Iterator

from quarterdeck.adapters.git.objects import EXECUTABLE, FILE, LINK, TREE, Entries, Entry, Objects
from quarterdeck.application.ports.workspaces import FileChange, StepKind

PAGE_BYTES = 4 * 1024 * 1024
KINDS = {FILE: StepKind.FILE, EXECUTABLE: StepKind.EXECUTABLE, LINK: StepKind.LINK}


def steps(objects: Objects, before: bytes, after: bytes) -> Iterator[FileChange]:
    """Removals first: what is written may need the place of what was there. Submodules are left alone.

    Only files of the trees are touched: what a folder holds beside them, ignored by git, stays.
    Raises KeyError where the store lacks a part of either tree.
    """
    written: list[tuple[bytes, Entry]] = []
    pending: list[tuple[bytes, Entries, Entries]] = [(b"", objects.entries(before), objects.entries(after))]
    while pending:
        prefix, old, new = pending.pop()
        for name in {name for name, _ in old.items() ^ new.items()}:
            was, now = old.get(name), new.get(name)
            was_folder, is_folder = _folder(objects, was), _folder(objects, now)
            if was_folder or is_folder:
                pending.append((prefix + name + b"/", was_folder, is_folder))
            if _is_file(was) and not _is_file(now):
                yield FileChange(path=prefix + name, kind=StepKind.REMOVED)
            if now and _is_file(now):
                written.append((prefix + name, now))
    for path, (mode, blob) in sorted(written):
        yield FileChange(path=path, kind=KINDS[mode], content=objects.blob(blob))


def paged(changes: Iterator[FileChange]) -> Iterator[list[FileChange]]:
    page: list[FileChange] = []
    size = 0
    for change in changes:
        page.append(change)
        size += len(change.path) + len(change.content)
        if size >= PAGE_BYTES:
            yield page
            page, size = [], 0
    if page:
        yield page


def _folder(objects: Objects, entry: Entry | None) -> Entries:
    return objects.entries(entry[1]) if entry and entry[0] == TREE else {}


def _is_file(entry: Entry | None) -> bool:
    return entry is not None and entry[0] in KINDS
