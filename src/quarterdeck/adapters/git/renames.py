"""Which of the files that are new were moved there: the same content, or most of its lines, under another path."""

from collections import Counter
from itertools import islice

from quarterdeck.adapters.git.differences import Changes
from quarterdeck.adapters.git.hunks import is_binary
from quarterdeck.adapters.git.objects import EXECUTABLE, FILE, Entry, ReadableObjects

_SIMILAR = 0.5
_COMPARED = 40
"""Files on each side whose lines are compared; further ones must be the same to count as moved."""
_COMPARED_BYTES = 64 * 1024

Lines = Counter[bytes]


def renames(objects: ReadableObjects, changes: Changes) -> dict[bytes, bytes]:
    """From the new path to the old. Each old path at most once."""
    gone = {path: old for path, (old, new) in sorted(changes.items()) if old and not new and _is_file(old)}
    made = {path: new for path, (old, new) in sorted(changes.items()) if new and not old and _is_file(new)}
    found = _exact(gone, made)
    for new_path, old_path in found.items():
        del gone[old_path], made[new_path]
    return {**found, **_similar(objects, gone, made)}


def _exact(gone: dict[bytes, Entry], made: dict[bytes, Entry]) -> dict[bytes, bytes]:
    by_content: dict[bytes, list[bytes]] = {}
    for path, (_, name) in reversed(gone.items()):
        by_content.setdefault(name, []).append(path)
    return {path: paths.pop() for path, (_, name) in made.items() if (paths := by_content.get(name))}


def _similar(objects: ReadableObjects, gone: dict[bytes, Entry], made: dict[bytes, Entry]) -> dict[bytes, bytes]:
    if not gone or not made:
        return {}
    old_lines, new_lines = _lines(objects, gone), _lines(objects, made)
    scores = sorted(
        (-_similarity(old, new), new_path, old_path)
        for new_path, new in new_lines.items()
        for old_path, old in old_lines.items()
    )
    found: dict[bytes, bytes] = {}
    taken: set[bytes] = set()
    for score, new_path, old_path in scores:
        if -score >= _SIMILAR and new_path not in found and old_path not in taken:
            found[new_path] = old_path
            taken.add(old_path)
    return found


def _lines(objects: ReadableObjects, files: dict[bytes, Entry]) -> dict[bytes, Lines]:
    found: dict[bytes, Lines] = {}
    for path, (_, name) in islice(files.items(), _COMPARED):
        if objects.size(name) > _COMPARED_BYTES:
            continue
        content = objects.blob(name)
        if content and not is_binary(content):
            found[path] = Counter(content.splitlines(keepends=True))
    return found


def _similarity(old: Lines, new: Lines) -> float:
    """The part of the larger that both have, in bytes."""
    common = sum(len(line) * min(times, new[line]) for line, times in old.items() if line in new)
    return common / max(_bytes(old), _bytes(new))


def _bytes(lines: Lines) -> int:
    return sum(len(line) * times for line, times in lines.items())


def _is_file(entry: Entry) -> bool:
    return entry[0] in {FILE, EXECUTABLE}
