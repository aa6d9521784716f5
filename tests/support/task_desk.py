"""A project's task files and the API's tasks in memory, brought together as a service would."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from quarterdeck.task_document.document import DocumentTask, TaskDocument, parse
from quarterdeck.task_document.edits import Edit, Update, Written, write
from quarterdeck.task_document.merging import Merge, merge
from quarterdeck.task_document.settling import settled
from quarterdeck.task_document.synchronized import Synchronized, decided
from quarterdeck.task_document.values import Field, Note, TaskValues, with_value

PATH = "docs/TASKS.md"


@dataclass
class Desk:
    files: dict[str, bytes] = field(default_factory=lambda: {PATH: b""})
    api: dict[int, TaskValues] = field(default_factory=dict[int, TaskValues])
    base: dict[int, Synchronized] = field(default_factory=dict[int, Synchronized])
    last: int = 0

    @property
    def text(self) -> str:
        return self.files[PATH].decode()

    @text.setter
    def text(self, text: str) -> None:
        self.files[PATH] = text.encode()

    def documents(self) -> dict[str, TaskDocument]:
        return {path: parse(data) for path, data in self.files.items()}

    def items(self) -> list[tuple[str, int, DocumentTask]]:
        return [(path, item, task) for path, each in self.documents().items() for item, task in enumerate(each.tasks)]

    def create(self, values: TaskValues) -> int:
        self.last += 1
        self.api[self.last] = values
        return self.last

    def edit(self, number: int, **changes: Any) -> None:
        """In the API."""
        self.api[number] = replace(self.api[number], **changes)

    def note(self, number: int, note: Note) -> None:
        self.edit(number, notes=(*self.api[number].notes, note))

    def write(self, path: str, edit: Edit) -> Written:
        """In a file."""
        written = write(parse(self.files[path]), [edit])
        self.files[path] = written.data
        return written

    def rewrite(self, number: int, **changes: Any) -> None:
        """The task's values in its file."""
        path, item, task = next(each for each in self.items() if each[2].number == number)
        edit = Update(item=item, values=replace(task.values, **changes), number=number)
        assert self.write(path, edit).refused == ()

    def synchronize(self, *, section: str = "", removals: bool = False) -> Merge:
        documents = self.documents()
        found = merge(self.base, documents, self.api, section=section, removals=removals)
        for change in found.changes:
            assert self.api[change.number].of(change.field) == change.before
            self.api[change.number] = with_value(self.api[change.number], change.field, change.value)
        for new in found.notes:
            self.note(new.number, new.note)
        numbers = {new.spot: self.create(new.values) for new in found.new_tasks}
        written = {path: write(documents[path], edits) for path, edits in found.edits(numbers).items()}
        self.files |= {path: each.data for path, each in written.items()}
        self.base = settled(self.base, found, documents, written, self.api)
        return found

    def decide(self, number: int, what: Field | None, value: Any = None) -> None:
        """A conflict: the field's value, or without a field that the task is kept."""
        known = decided(self.base[number], what)
        if known is None:
            del self.base[number]
        else:
            self.base[number] = known
        if what is not None:
            self.api[number] = with_value(self.api[number], what, value)


def is_nothing(found: Merge) -> bool:
    edits: Mapping[str, tuple[Edit, ...]] = found.file_edits
    return not (found.changes or found.notes or found.new_tasks or found.new_conflicts or any(edits.values()))
