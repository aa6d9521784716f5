"""The base of the next merge: what both sides have after this one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from quarterdeck.domain.task_events import CLOSED
from quarterdeck.task_document.document import FileTask, TaskDocument
from quarterdeck.task_document.edits import Written
from quarterdeck.task_document.merging import Merge
from quarterdeck.task_document.synchronized import Base, Conflict, Synchronized, base_values
from quarterdeck.task_document.values import Field, Note, TaskValues, normal, same


def settled(
    base: Base,
    merge: Merge,
    documents: Mapping[str, TaskDocument],
    written: Mapping[str, Written],
    api: Mapping[int, TaskValues],
) -> dict[int, Synchronized]:
    """`base`, `documents`: what the merge was made of. `written`: the files that were changed, by path. `api`: all
    tasks as they were merged, with the changes, notes and new tasks that were done.

    What was not done on one side (a refused edit, a change that the API did not take) is no part of the base, and so
    it is tried again the next time.
    """
    files = _by_number(documents, written)
    mentioned = frozenset[int]().union(*(each.mentioned for each in documents.values()))
    conflicts: dict[int, tuple[Conflict, ...]] = {}
    for conflict in merge.conflicts:
        conflicts[conflict.number] = (*conflicts.get(conflict.number, ()), conflict)
    result: dict[int, Synchronized] = {}
    for number, values in api.items():
        known, file = base.get(number), files.get(number)
        if file is not None:
            task = _both(known, file, normal(values), merge.file_notes.get(number, ()))
            result[number] = replace(task, conflicts=conflicts.get(number, ()))
        elif known is not None:
            result[number] = known if number in mentioned else _api_alone(known, normal(values), conflicts.get(number))
    return result


def _by_number(documents: Mapping[str, TaskDocument], written: Mapping[str, Written]) -> dict[int, FileTask]:
    files: dict[int, FileTask] = {}
    for path, document in documents.items():
        for task in written[path].tasks if path in written else document.tasks:
            if task.number is not None:
                files.setdefault(task.number, task)
    return files


def _api_alone(base: Synchronized, api: TaskValues, conflicts: tuple[Conflict, ...] | None) -> Synchronized:
    if api.status in CLOSED or not base.in_file:
        return Synchronized(values=api, in_file=False)
    return replace(base, conflicts=conflicts or ())


def _both(base: Synchronized | None, file: FileTask, api: TaskValues, before: Sequence[Note]) -> Synchronized:
    known = base_values(base)
    alike = [each for each in Field if each not in file.unread and same(each, file.values.of(each), api.of(each))]
    changes: dict[str, Any] = {each: api.of(each) for each in alike}
    seen = (_count(known.notes) | _count(before)) + (_count(file.values.notes) - _count(before))
    return Synchronized(values=replace(known, **changes, notes=_known_notes(api.notes, seen)))


def _known_notes(api: Sequence[Note], left: Counter[str]) -> tuple[Note, ...]:
    """Those that the file has, or had before somebody took them out."""
    known: list[Note] = []
    for note in api:
        if left[note.text] > 0:
            left[note.text] -= 1
            known.append(note)
    return tuple(known)


def _count(notes: Sequence[Note]) -> Counter[str]:
    return Counter(note.text for note in notes)
