"""Files and API brought together, task by task: what either side is to change, and what somebody has to decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quarterdeck.domain.task_events import CLOSED, TaskStatus
from quarterdeck.task_document.document import DocumentTask, Finding, TaskDocument
from quarterdeck.task_document.edits import Edit, Insert, Update
from quarterdeck.task_document.fields import merged
from quarterdeck.task_document.matching import Matched, Spot, match
from quarterdeck.task_document.synchronized import (
    Base,
    Conflict,
    Synchronized,
    base_values,
    conflict_on,
    is_same_conflict,
)
from quarterdeck.task_document.values import Field, Note, TaskValues, differing, equal, normal

FEW = 10
"""Tasks that may be gone from the files at once without a question, and up to a quarter of all."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """The API's task gets the value that its file has."""

    number: int
    field: Field
    before: Any
    value: Any
    spot: Spot | None
    """The item that says so; None: it is gone, so the task is dropped."""


@dataclass(frozen=True, kw_only=True)
class NewNote:
    number: int
    note: Note
    spot: Spot


@dataclass(frozen=True, kw_only=True)
class NewTask:
    """An item that is no task yet."""

    spot: Spot
    values: TaskValues
    wanted: int | None
    """The id that somebody gave it; there is no such task."""


@dataclass(frozen=True, kw_only=True)
class Merge:
    changes: tuple[Change, ...]
    notes: tuple[NewNote, ...]
    new_tasks: tuple[NewTask, ...]
    conflicts: tuple[Conflict, ...]
    """All that are open now."""
    new_conflicts: tuple[Conflict, ...]
    """Those that were not, or not with these values."""
    findings: tuple[tuple[str, Finding], ...]
    """With the path of the file. Those of reading it are the document's."""
    file_edits: Mapping[str, tuple[Edit, ...]]
    """By path, without the ids of new tasks."""
    file_notes: Mapping[int, tuple[Note, ...]]
    """That the items had, by task; none where there was no item."""

    def edits(self, numbers: Mapping[Spot, int]) -> dict[str, tuple[Edit, ...]]:
        """By path, with the ids that new tasks were given. One without stays as it is, until the next time."""
        edits = {path: list(each) for path, each in self.file_edits.items()}
        for new in self.new_tasks:
            if new.spot in numbers:
                update = Update(item=new.spot.item, values=new.values, number=numbers[new.spot])
                edits.setdefault(new.spot.path, []).append(update)
        return {path: tuple(each) for path, each in edits.items()}


def merge(
    base: Base,
    documents: Mapping[str, TaskDocument],
    api: Mapping[int, TaskValues],
    *,
    section: str = "",
    removals: bool = False,
) -> Merge:
    """`documents`: the project's task files by path, all of them; new tasks of the API go to the first, at the end of
    `section`. `api`: all its tasks by number. `removals`: believe the files also where many tasks are gone from them.

    Which item is which task goes by id, then by title and body; never by the file's path.
    """
    api = {number: normal(values) for number, values in api.items()}
    merging = _Merging(base, documents, api, match(base, documents, api))
    merging.bring_together()
    merging.add_to_files(section)
    merging.take_out(all_of_them=removals)
    return merging.done()


@dataclass
class _Merging:
    base: Base
    documents: Mapping[str, TaskDocument]
    api: Mapping[int, TaskValues]
    found: Matched
    changes: list[Change] = field(default_factory=list[Change])
    notes: list[NewNote] = field(default_factory=list[NewNote])
    conflicts: list[Conflict] = field(default_factory=list[Conflict])
    findings: list[tuple[str, Finding]] = field(default_factory=list[tuple[str, Finding]])
    edits: dict[str, list[Edit]] = field(default_factory=dict[str, list[Edit]])

    def bring_together(self) -> None:
        for number, spots in self.found.tasks.items():
            self._bring_together(number, spots)

    def add_to_files(self, section: str) -> None:
        """What is still to be done and in no file. What was taken out comes back when it is opened again."""
        path = next(iter(self.documents), None)
        for number, values in self.api.items():
            known = self.base.get(number)
            if path is None or number in self.found.tasks or values.status in CLOSED or (known and known.in_file):
                continue
            self._edit(path, Insert(number=number, values=values, section=section))

    def take_out(self, *, all_of_them: bool) -> None:
        mentioned = frozenset[int]().union(*(each.mentioned for each in self.documents.values()))
        in_file = {number: task for number, task in self.base.items() if task.in_file and number in self.api}
        gone = [number for number in in_file if number not in self.found.tasks and number not in mentioned]
        open_ones = [number for number in gone if self.api[number].status not in CLOSED]
        if len(open_ones) > max(FEW, len(in_file) // 4) and not all_of_them:
            what = f"{len(open_ones):,} of {len(in_file):,} tasks are gone from the file, too many to be believed."
            step = "Put them back, or say that they are to be dropped."
            self.findings += [(path, Finding(line=1, message=what, next_step=step)) for path in self.documents]
            open_before = (conflict_on(in_file[number], None) for number in open_ones)
            self.conflicts += [conflict for conflict in open_before if conflict]
            return
        for number in open_ones:
            self._take_out(number, in_file[number])

    def done(self) -> Merge:
        new = (self._task(spot) for spot in self.found.new)
        return Merge(
            changes=tuple(self.changes),
            notes=tuple(self.notes),
            new_tasks=tuple(
                NewTask(spot=spot, values=task.values, wanted=task.number)
                for spot, task in zip(self.found.new, new, strict=True)
                if task.values.title
            ),
            conflicts=tuple(self.conflicts),
            new_conflicts=tuple(each for each in self.conflicts if not self._is_open(each)),
            findings=(*self.found.findings, *self.findings),
            file_edits={path: tuple(edits) for path, edits in self.edits.items()},
            file_notes={number: self._task(spots[0]).values.notes for number, spots in self.found.tasks.items()},
        )

    def _bring_together(self, number: int, spots: list[Spot]) -> None:
        base, file, api = base_values(self.base.get(number)), self._task(spots[0]), self.api[number]
        result = merged(base, file, api)
        self.changes += [
            Change(number=number, field=each, before=api.of(each), value=result.api.of(each), spot=spots[0])
            for each in result.api_changes
        ]
        self.notes += [NewNote(number=number, note=note, spot=spots[0]) for note in result.api_notes]
        self.conflicts += [
            Conflict(number=number, field=each, base=base.of(each), file=file.values.of(each), api=api.of(each))
            for each in result.disputed
        ]
        for each in result.buried:
            self._find_buried(spots[0], each)
        for spot in spots:
            task = self._task(spot)
            if task.number != number or not equal(task.values, result.file):
                self._edit(spot.path, Update(item=spot.item, values=result.file, number=number))

    def _take_out(self, number: int, base: Synchronized) -> None:
        api = self.api[number]
        if differing(base.values, api) or len(api.notes) > len(base.values.notes):
            self.conflicts.append(Conflict(number=number, field=None, base=base.values, file=None, api=api))
            return
        before = api.status
        self.changes.append(
            Change(number=number, field=Field.STATUS, before=before, value=TaskStatus.DROPPED, spot=None)
        )

    def _is_open(self, conflict: Conflict) -> bool:
        known = self.base.get(conflict.number)
        return known is not None and is_same_conflict(conflict, conflict_on(known, conflict.field))

    def _find_buried(self, spot: Spot, what: Field) -> None:
        task = self._task(spot)
        message = f"The {what} stands in the midst of the title, so it is taken to be as it was."
        step = "Move what was written after it before it, or take it away."
        found = Finding(line=task.line, message=message, next_step=step, number=task.number)
        self.findings.append((spot.path, found))

    def _edit(self, path: str, edit: Edit) -> None:
        self.edits.setdefault(path, []).append(edit)

    def _task(self, spot: Spot) -> DocumentTask:
        return self.documents[spot.path].tasks[spot.item]
