"""What a session's copy of the task files says anew against its copy before, as events. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.task_authors import Author, Authors, Version
from quarterdeck.application.task_books import Names, told_value
from quarterdeck.application.task_findings import Findings
from quarterdeck.application.task_ledger import Ledger
from quarterdeck.application.task_planning import CONDUCTOR
from quarterdeck.application.task_taking import Taking
from quarterdeck.domain.session_task_files import GivenTask
from quarterdeck.domain.task_conflicts import Choice, TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_file_settings import ConflictRule
from quarterdeck.domain.task_files import MAX_FINDINGS, SyncFinding
from quarterdeck.task_document.document import DocumentTask, TaskDocument
from quarterdeck.task_document.edits import Update
from quarterdeck.task_document.matching import Spot
from quarterdeck.task_document.merging import Merge, NewTask, merge
from quarterdeck.task_document.synchronized import Conflict, Synchronized
from quarterdeck.task_document.values import Field, TaskValues, with_value


@dataclass(frozen=True, kw_only=True)
class SessionPlan:
    writes: tuple[StreamWrite, ...]
    given: tuple[GivenTask, ...]
    findings: tuple[SyncFinding, ...]


@dataclass
class SessionPlanning:
    session_id: UUID
    before: Mapping[str, TaskDocument]
    documents: Mapping[str, TaskDocument]
    author: Author
    ledger: Ledger
    names: Names
    next_number: int
    given: Mapping[str, int]
    """By title, items of the copy before that have no id."""
    rule: ConflictRule
    _renamed: dict[Spot, int] = field(default_factory=dict[Spot, int])

    def plan(self, *, take: bool) -> SessionPlan:
        """`take`: what is new there is somebody's edit."""
        api = self.ledger.book.values(self.names)
        self._know_the_edited_one()
        found = self._without_old(merge(self._base(api), self.documents, api))
        authors = Authors([Version(author=self.author, documents=tuple(self.documents.values()))])
        findings = Findings(self.documents)
        taking = Taking(self.ledger, authors, findings, self.next_number, {})
        if take:
            findings.tell(found)
            taking.take_over(found)
            for conflict in found.conflicts:
                self._settle(conflict, taking)
        return SessionPlan(
            writes=tuple(self.ledger.writes()),
            given=self._given(found, taking.numbers),
            findings=tuple(findings.found[:MAX_FINDINGS]),
        )

    def _base(self, api: Mapping[int, TaskValues]) -> dict[int, Synchronized]:
        base: dict[int, Synchronized] = {}
        for document in self.before.values():
            for task in document.tasks:
                number = task.number if task.number is not None else self._number_of(task)
                if number is not None and number in api and number not in base:
                    base[number] = Synchronized(values=_readable(task, api[number]))
        return base

    def _know_the_edited_one(self) -> None:
        """Where one item without an id is gone, and one came in that section, it was given another title."""
        before, after = _nameless(self.before), _nameless(self.documents)
        gone = [task for task in before if task[:2] not in {each[:2] for each in after}]
        fresh = [task for task in after if task[:2] not in {each[:2] for each in before}]
        if len(gone) == len(fresh) == 1 and gone[0][0] == fresh[0][0]:
            number = self._number_of(self.before[gone[0][2]].tasks[gone[0][3]])
            if number is not None:
                _, _, path, item = fresh[0]
                tasks = list(self.documents[path].tasks)
                tasks[item] = replace(tasks[item], number=number)
                self._renamed[Spot(path, item)] = number
                self.documents = {**self.documents, path: replace(self.documents[path], tasks=tuple(tasks))}

    def _number_of(self, task: DocumentTask) -> int | None:
        """A fork's items have the numbers that they got in the session it was forked from; a copy from before ids were
        given out has those of the tasks that were called so."""
        title, book = task.values.title, self.ledger.book
        named = book.titles.get(title, set())
        return (
            self.given.get(title)
            or next(iter(book.given.get(title, ())), None)
            or (next(iter(named)) if len(named) == 1 else None)
        )

    def _without_old(self, found: Merge) -> Merge:
        """What the copy had before without being a task is none now."""
        old = Counter(title for _, title, _, _ in _nameless(self.before))
        new: list[NewTask] = []
        for each in found.new_tasks:
            if old[each.values.title] > 0:
                old[each.values.title] -= 1
            else:
                new.append(each)
        return replace(found, new_tasks=tuple(new))

    def _given(self, found: Merge, numbers: Mapping[Spot, int]) -> tuple[GivenTask, ...]:
        """All that have no id in the copy now, with that of the task they are."""
        known = {**numbers, **self._renamed}
        for path, edits in found.file_edits.items():
            known |= {Spot(path, e.item): e.number for e in edits if isinstance(e, Update) and e.number is not None}
        items = ((Spot(path, item), task) for path, d in self.documents.items() for item, task in enumerate(d.tasks))
        return tuple(
            GivenTask(title=task.values.title, number=known[spot])
            for spot, task in items
            if spot in known and (task.number is None or spot in self._renamed)
        )

    def _settle(self, conflict: Conflict, taking: Taking) -> None:
        number, what = conflict.number, conflict.field
        base, file, log = (
            (None, None, None) if what is None else map(told_value, (conflict.base, conflict.file, conflict.api))
        )
        told = what.value if what else None
        found = TaskConflictFound(field=told, base=base, file=file, log=log, session_id=self.session_id)
        self.ledger.add(number, (found,), self.author)
        if self.rule is ConflictRule.ASK:
            return
        choice = Choice.FILE if self.rule is ConflictRule.FILE else Choice.LOG
        if choice is Choice.FILE:
            field_, value = (Field.STATUS, TaskStatus.DROPPED) if what is None else (what, conflict.file)
            act = partial(taking.set, number, field_, value, self.author, taking.findings.path)
            if not taking.findings.attempt(None, number, act):
                return
        resolved = TaskConflictResolved(field=told, choice=choice, session_id=self.session_id, by_rule=True)
        self.ledger.add(number, (resolved,), CONDUCTOR)


def _nameless(documents: Mapping[str, TaskDocument]) -> list[tuple[str, str, str, int]]:
    """Items without an id: section, title, and where."""
    return [
        (document.section(task), task.values.title, path, item)
        for path, document in documents.items()
        for item, task in enumerate(document.tasks)
        if task.number is None
    ]


def _readable(task: DocumentTask, api: TaskValues) -> TaskValues:
    """What could not be read was no say, then and now."""
    values = replace(task.values)
    for each in task.unread:
        values = with_value(values, each, api.of(each))
    return values
