"""From task files to the log: what they say anew, by who wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from quarterdeck.application.task_authors import Author, Authors, Version
from quarterdeck.application.task_findings import Findings
from quarterdeck.application.task_ledger import Ledger
from quarterdeck.task_document.matching import Spot
from quarterdeck.task_document.merging import Change, Merge, NewNote, NewTask
from quarterdeck.task_document.values import NOTHING, Field

_LAST = {Field.OWNER: 1, Field.STATUS: 2}
"""Who is at work has to have it."""


@dataclass
class Taking:
    ledger: Ledger
    authors: Authors
    findings: Findings
    next_number: int
    given: Mapping[str, list[int]]
    """By title, tasks that sessions' files have without an id."""
    numbers: dict[Spot, int] = field(default_factory=dict[Spot, int])
    """Of new tasks."""
    known: dict[Spot, int] = field(default_factory=dict[Spot, int])
    """Items without an id that a session had, too: that have come with its branch, and are tasks of the log already."""

    def take_over(self, found: Merge) -> None:
        new_tasks = [each for each in found.new_tasks if not self._is_known(each)]
        for new in new_tasks:
            self._create(new)
        for new in new_tasks:
            if new.spot in self.numbers:
                self._complete(new, self.numbers[new.spot])
        for change in sorted(found.changes, key=lambda each: _LAST.get(each.field, 0)):
            self._change(change)
        for note in found.notes:
            author = self.authors.of(partial(_has_note, note))
            self._attempt(note.spot, note.number, partial(self.ledger.note, note.number, note.note.text, author))

    def set(self, number: int, what: Field, value: object, author: Author, path: str, reason: str = "") -> None:
        self.ledger.change(number, what, value, author, reason=reason or f"{path} says so.")

    def _is_known(self, new: NewTask) -> bool:
        if new.wanted is not None:
            return False
        taken = self.known.values()
        number = next((each for each in self.given.get(new.values.title, ()) if each not in taken), None)
        if number is None or not self.ledger.knows(number):
            return False
        self.known[new.spot] = number
        return True

    def _create(self, new: NewTask) -> None:
        author = self._author_of(new)
        if self._attempt(new.spot, None, partial(self.ledger.create, self.next_number, new.values, author)):
            self.numbers[new.spot] = self.next_number
            self.next_number += 1

    def _complete(self, new: NewTask, number: int) -> None:
        author, values, spot = self._author_of(new), new.values, new.spot
        for each in (Field.DEPENDENCIES, Field.OWNER, Field.STATUS):
            if values.of(each) != NOTHING.of(each):
                self._attempt(spot, number, partial(self.set, number, each, values.of(each), author, spot.path))
        for note in values.notes:
            self._attempt(spot, number, partial(self.ledger.note, number, note.text, author))

    def _change(self, change: Change) -> None:
        spot, path = change.spot, change.spot.path if change.spot else self.findings.path
        title = self.findings.documents[path].tasks[spot.item].values.title if spot else ""
        author = self.authors.of(partial(_says, change, title))
        reason = "" if spot else f"It was taken out of {path}."
        act = partial(self.set, change.number, change.field, change.value, author, path, reason)
        self._attempt(spot, change.number, act)

    def _author_of(self, new: NewTask) -> Author:
        return self.authors.of(lambda version: version.task(new.wanted, new.values.title) is not None)

    def _attempt(self, spot: Spot | None, number: int | None, act: "partial[None]") -> bool:
        return self.findings.attempt(spot, number, act)


def _says(change: Change, title: str, version: Version) -> bool:
    task = version.task(change.number, title)
    if change.spot is None:
        return task is None
    return task is not None and bool(task.values.of(change.field) == change.value)


def _has_note(note: NewNote, version: Version) -> bool:
    task = version.task(note.number, "")
    return task is not None and any(each.text == note.note.text for each in task.values.notes)
