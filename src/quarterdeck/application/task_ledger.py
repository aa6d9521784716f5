"""Events for many tasks that are to be appended at once, decided one after another on what is decided before."""

from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.task_authors import Author
from quarterdeck.application.task_books import Book, Names, Seen
from quarterdeck.application.task_changes import NOBODY, Rules, changed
from quarterdeck.domain import task, task_dependencies
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.task import NoTask, Task, task_id
from quarterdeck.domain.task_dependencies import TaskDependencies, TaskDependenciesDeclared, task_dependencies_id
from quarterdeck.domain.task_events import TaskCreated, TaskEvent
from quarterdeck.domain.task_fields import TaskFields, reference
from quarterdeck.domain.task_work import HeldError
from quarterdeck.task_document.values import Field, TaskValues

_FIELDS = (Field.BODY, Field.LABELS, Field.PRIORITY, Field.ESTIMATE, Field.ACCEPTANCE)
"""That a task is created with, if the log takes them; its dependencies, owner and status follow."""


@dataclass
class Ledger:
    book: Book
    dependencies: TaskDependencies
    dependencies_version: int
    rules: Rules
    session_id: UUID | None = None
    seen: dict[int, Seen] = field(default_factory=dict[int, Seen])
    """Tasks as they are with what was decided."""
    touched: set[int] = field(default_factory=set[int])
    _writes: list[tuple[int, Author, tuple[TaskEvent, ...], int]] = field(
        default_factory=list[tuple[int, Author, tuple[TaskEvent, ...], int]]
    )
    _declared: list[TaskDependenciesDeclared] = field(default_factory=list[TaskDependenciesDeclared])

    def now(self, number: int) -> Seen:
        return self.seen.get(number) or self.book.seen[number]

    def knows(self, number: int) -> bool:
        return number in self.seen or number in self.book.seen

    def after(self, names: Names) -> dict[int, TaskValues]:
        return {number: seen.values(names) for number, seen in {**self.book.seen, **self.seen}.items()}

    def change(self, number: int, what: Field, value: object, author: Author, *, reason: str = "") -> None:
        """Raises a QuarterdeckError where the log does not take it; nothing is changed then."""
        state = self.now(number).task
        declared = self._declare(number, value) if what is Field.DEPENDENCIES else None
        user_id = author.user_id or NOBODY
        try:
            events = changed(state, what, value, rules=self.rules, user_id=user_id, reason=reason)
        except HeldError as held:
            names = {user_id: name for name, user_id in self.rules.workers.items()}
            held.tell(state.reference, names.get(held.claim.user_id) or f"User {held.claim.user_id}")
            raise
        self.add(number, events, author)
        if declared is not None:
            self._take(declared)

    def note(self, number: int, text: str, author: Author) -> None:
        self.add(number, task.note(self.now(number).task, text), author)

    def create(self, number: int, values: TaskValues, author: Author) -> None:
        """Without owner, status, dependencies and notes, which follow. Raises a QuarterdeckError where it cannot be."""
        fields = {each.value: values.of(each) for each in _FIELDS}
        wanted = TaskFields(title=values.title, **fields)
        events = task.create(NoTask(), project_id=self.book.project_id, number=number, fields=wanted)
        first = events[0]
        if not isinstance(first, TaskCreated):
            raise TypeError("a task begins with its creation")
        known = Task(project_id=first.project_id, number=number, fields=first.fields)
        self._write(number, 0, events, author, Seen(known, 1))

    def add(self, number: int, events: tuple[TaskEvent, ...], author: Author) -> None:
        if events:
            known = self.now(number)
            after = known
            for event in events:
                after = after.after(event, f"{self.rules.now:%Y-%m-%d}", author.actor)
            self._write(number, known.version, events, author, after)

    def writes(self) -> list[StreamWrite]:
        project_id = self.book.project_id
        found = [
            StreamWrite(
                stream_id=task_id(project_id, number),
                expected_version=version,
                events=events,
                session_id=self.session_id,
                actor=author.actor,
                causation_id=author.causation_id,
            )
            for number, author, events, version in self._writes
        ]
        if self._declared:
            stream_id, version = task_dependencies_id(project_id), self.dependencies_version
            declared = tuple(self._declared)
            found.append(StreamWrite(stream_id=stream_id, expected_version=version, events=declared))
        return found

    def _write(self, number: int, version: int, events: tuple[TaskEvent, ...], author: Author, after: Seen) -> None:
        self._writes.append((number, author, events, version))
        self.seen[number] = after
        self.touched.add(number)

    def _declare(self, number: int, value: object) -> tuple[TaskDependenciesDeclared, ...]:
        wanted = cast("tuple[int, ...]", value)
        unknown = [each for each in wanted if not self.knows(each)]
        if unknown:
            named = ", ".join(map(reference, unknown))
            raise InvalidInputError(f"There is no task {named} in this project.", "Name tasks that it has.")
        return task_dependencies.declare(self.dependencies, number, wanted)

    def _take(self, declared: tuple[TaskDependenciesDeclared, ...]) -> None:
        for event in declared:
            self.dependencies = task_dependencies.evolve(self.dependencies, event)
            self._declared.append(event)
