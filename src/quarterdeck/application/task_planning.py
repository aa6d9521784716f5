"""Task files and log brought together, as a plan: the events to append, and the files to write. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha1

from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.ports.task_files import FoundFiles
from quarterdeck.application.task_authors import Author, Authors
from quarterdeck.application.task_books import Names, told, told_value
from quarterdeck.application.task_findings import Findings
from quarterdeck.application.task_ledger import Ledger
from quarterdeck.application.task_taking import Taking
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.task_conflicts import Choice, TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import reference
from quarterdeck.domain.task_file_settings import ConflictRule, TaskFileSettings
from quarterdeck.domain.task_files import (
    MAX_FINDINGS,
    SynchronizedFile,
    SynchronizedTask,
    TaskSynchronized,
    task_files_id,
)
from quarterdeck.task_document.document import TaskDocument
from quarterdeck.task_document.edits import Edit, Insert, Remove, Update, Written, write
from quarterdeck.task_document.merging import Merge, merge
from quarterdeck.task_document.settling import settled
from quarterdeck.task_document.synchronized import Conflict, Synchronized
from quarterdeck.task_document.values import Field, with_value

CONDUCTOR = Author(actor=Actor(kind=ActorKind.SYSTEM, id="conductor"), causation_id="")
_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Plan:
    writes: tuple[StreamWrite, ...]
    """To be appended at once; none where there is nothing to say."""
    files: Mapping[str, bytes]
    """To be written after that."""
    message: str
    again: bool
    """What was decided by a rule goes to the files the next time."""


@dataclass
class Planning:
    settings: TaskFileSettings
    found: FoundFiles
    documents: Mapping[str, TaskDocument]
    authors: Authors
    ledger: Ledger
    names: Names
    next_number: int
    _overruled: dict[tuple[int, Field], Conflict] = field(default_factory=dict[tuple[int, Field], Conflict])
    _returned: set[int] = field(default_factory=set[int])
    """Tasks that go back into the file."""

    def __post_init__(self) -> None:
        given = {title: list(numbers) for title, numbers in self.ledger.book.given.items()}
        self._findings = Findings(self.documents)
        self._taking = Taking(self.ledger, self.authors, self._findings, self.next_number, given)

    def plan(self) -> Plan:
        book, names = self.ledger.book, self.names
        base, removals = book.synchronized(names), book.files.removals
        found = merge(base, self.documents, book.values(names), section=self.settings.section, removals=removals)
        self._findings.tell(found)
        self._taking.take_over(found)
        self._settle_conflicts(found)
        edits = self._edits(found)
        written = {path: write(self.documents[path], each) for path, each in edits.items() if each}
        self._findings.tell_refused(written)
        files = {path: each.data for path, each in written.items() if each.data != self._content(path)}
        after = self.ledger.after(names)
        recognised = {path: _recognised(document, edits.get(path, ())) for path, document in self.documents.items()}
        read = self._overrule(settled(base, found, self.documents, recognised, after))
        final = self._overrule(settled(base, found, self.documents, {**recognised, **written}, after))
        synchronized = TaskSynchronized(
            commit=self.found.commit,
            answers=book.files.asked,
            files=tuple(SynchronizedFile(path=path, blob=each.blob) for path, each in self.found.files.items()),
            tasks=self._told(base, read),
            writing=tuple(SynchronizedFile(path=path, blob=blob_name(data)) for path, data in files.items()),
            once_written=self._told(read, final) if files else (),
            read=len(self.ledger.touched),
            written=sum(len(each) for path, each in edits.items() if path in files),
            findings=tuple(self._findings.found[:MAX_FINDINGS]),
            findings_total=len(self._findings.found),
            merged=(*self._taking.known.values(), *self._arrived(edits)),
        )
        return Plan(
            writes=tuple(self._writes(synchronized)),
            files=files,
            message=_message(edits),
            again=bool(self._overruled or self._returned),
        )

    def _writes(self, synchronized: TaskSynchronized) -> list[StreamWrite]:
        """Nothing where the log knows all of it.

        What was found at an item's change of id is found no more once that is written, and yet worth knowing: what is
        found of the same content in the same log is no news.
        """
        book, events = self.ledger.book, self.ledger.writes()
        known, files = book.files, {each.path: each.blob for each in synchronized.files}
        if known.failure and known.asked == known.answered and self._is_still_to_be_written(synchronized):
            return []
        said = synchronized.tasks or synchronized.writing or synchronized.merged
        owed = known.asked > known.answered or known.failure or known.writing or not known.commit
        if not (events or said or owed or known.files != files):
            return []
        stream_id, version = task_files_id(book.project_id), book.files_version
        return [*events, StreamWrite(stream_id=stream_id, expected_version=version, events=(synchronized,))]

    def _is_still_to_be_written(self, synchronized: TaskSynchronized) -> bool:
        """It is announced in the log already, word for word, and could not be done until now."""
        known = self.ledger.book.files
        same = known.writing == synchronized.writing and known.commit == synchronized.commit
        return bool(known.writing) and same and not (self.ledger.writes() or synchronized.tasks or synchronized.merged)

    # --- what both changed

    def _settle_conflicts(self, found: Merge) -> None:
        rule = self.settings.conflicts
        for conflict in found.conflicts:
            if conflict in found.new_conflicts:
                self.ledger.add(conflict.number, (_found(conflict),), CONDUCTOR)
            if rule is not ConflictRule.ASK:
                self._decide(conflict, Choice.FILE if rule is ConflictRule.FILE else Choice.LOG)
        still = {(each.number, each.field) for each in found.conflicts}
        for number, seen in self.ledger.book.seen.items():
            for what, session_id in seen.task.conflicts:
                if session_id is None and (number, Field(what) if what else None) not in still:
                    agreed = TaskConflictResolved(field=what, choice=Choice.AGREED)
                    self.ledger.add(number, (agreed,), CONDUCTOR)

    def _decide(self, conflict: Conflict, choice: Choice) -> None:
        number, what = conflict.number, conflict.field
        if choice is Choice.FILE:
            field_, value = (Field.STATUS, TaskStatus.DROPPED) if what is None else (what, conflict.file)
            act = partial(self._taking.set, number, field_, value, CONDUCTOR, self._findings.path)
            if not self._findings.attempt(None, number, act):
                return
        elif what is None:
            self._returned.add(number)
        else:
            self._overruled[number, what] = conflict
        resolved = TaskConflictResolved(field=what.value if what else None, choice=choice, by_rule=True)
        self.ledger.add(number, (resolved,), CONDUCTOR)

    def _overrule(self, tasks: dict[int, Synchronized]) -> dict[int, Synchronized]:
        """Where the log's value was chosen, the file's is what both had: so the log's goes to the file."""
        for (number, what), conflict in self._overruled.items():
            if number in tasks:
                values = with_value(tasks[number].values, what, conflict.file)
                tasks[number] = replace(tasks[number], values=values)
        return {number: each for number, each in tasks.items() if number not in self._returned}

    # --- from the log to the files

    def _edits(self, found: Merge) -> dict[str, tuple[Edit, ...]]:
        edits = found.edits(self._taking.numbers)
        for spot in self._taking.known:
            edits[spot.path] = (*edits.get(spot.path, ()), Remove(item=spot.item))
        return edits

    def _arrived(self, edits: Mapping[str, Sequence[Edit]]) -> list[int]:
        """Items of sessions, without ids, that are the ones of their tasks in the file."""
        given = self.ledger.book.given
        updates = [(path, edit) for path, each in edits.items() for edit in each if isinstance(edit, Update)]
        items = [(self.documents[path].tasks[edit.item], edit.number) for path, edit in updates]
        return [number for task, number in items if number and number in given.get(task.values.title, {})]

    def _told(
        self, before: Mapping[int, Synchronized], after: Mapping[int, Synchronized]
    ) -> tuple[SynchronizedTask, ...]:
        """Those that are otherwise."""
        return tuple(
            told(number, self.ledger.now(number), each, self.names)
            for number, each in after.items()
            if number not in before or (before[number].values, before[number].in_file) != (each.values, each.in_file)
        )

    def _content(self, path: str) -> bytes | None:
        known = self.found.files.get(path)
        return known.content if known else None


def blob_name(content: bytes) -> str:
    """As git names a file's content."""
    return sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def _found(conflict: Conflict) -> TaskConflictFound:
    if conflict.field is None:
        return TaskConflictFound(field=None, base=None, file=None, log=None)
    base, file, log = (told_value(each) for each in (conflict.base, conflict.file, conflict.api))
    return TaskConflictFound(field=conflict.field.value, base=base, file=file, log=log)


def _recognised(document: TaskDocument, edits: Sequence[Edit]) -> Written:
    """The file as it was read, with the ids that its items get."""
    numbers = {edit.item: edit.number for edit in edits if isinstance(edit, Update)}
    gone = {edit.item for edit in edits if isinstance(edit, Remove)}
    tasks = (replace(task, number=numbers.get(item, task.number)) for item, task in enumerate(document.tasks))
    return Written(data=b"", tasks=tuple(task for item, task in enumerate(tasks) if item not in gone))


def _message(edits: Mapping[str, Sequence[Edit]]) -> str:
    """Of the commit: which tasks it is about."""
    said = (edit.number for each in edits.values() for edit in each if isinstance(edit, Update | Insert))
    numbers = sorted({number for number in said if number})
    named = ", ".join(map(reference, numbers[:_NAMED]))
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f"Bring tasks up to date{f': {named}{more}' if named else ''}\n\nAs they are in Quarterdeck's log.\n"
