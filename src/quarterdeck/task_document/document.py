"""A file as tasks: what it says of each, where, and what in it could not be read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from quarterdeck.domain import task_fields
from quarterdeck.domain.errors import LimitExceededError
from quarterdeck.domain.task import MAX_NOTE
from quarterdeck.domain.task_fields import reference
from quarterdeck.task_document import heads
from quarterdeck.task_document.blocks import HEADING, ITEM, LISTS, Block, blocks
from quarterdeck.task_document.items import Layout, Part, body, layout, note
from quarterdeck.task_document.limits import MAX_BYTES, MAX_FINDINGS, MAX_LINES, MAX_TASKS
from quarterdeck.task_document.lines import Lines, split
from quarterdeck.task_document.values import Field, TaskValues, normal_line

_NAMED = re.compile(r"(?:[-+*]|[0-9]{1,9}[.)])[ \t]+(\[[ xX]\][ \t]+)?\*\*T-([1-9][0-9]{0,8})\*\*")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something in the file that does not count, or not as it stands. The text stays."""

    line: int
    """From 1."""
    message: str
    next_step: str
    number: int | None = None
    """Of the task concerned."""


@dataclass(frozen=True, kw_only=True)
class FileTask:
    """What a file says of a task."""

    number: int | None
    """None: it has no id yet."""
    values: TaskValues
    unread: frozenset[Field] = frozenset()
    """What the file has, but so that it cannot be read; `values` then has the usual."""


@dataclass(frozen=True, kw_only=True)
class DocumentTask(FileTask):
    """And where."""

    heading: int
    """Of `TaskDocument.headings`; -1: above the first."""
    layout: Layout

    @property
    def line(self) -> int:
        """From 1."""
        return self.layout.head.start + 1


@dataclass(frozen=True, kw_only=True)
class Heading:
    text: str
    level: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class TaskDocument:
    lines: Lines
    tasks: tuple[DocumentTask, ...]
    headings: tuple[Heading, ...]
    findings: tuple[Finding, ...]
    mentioned: frozenset[int]
    """Tasks whose id stands at items that are no tasks, and at none that is one: they are not gone."""

    def section(self, task: DocumentTask) -> str:
        """The heading above it; empty: there is none."""
        return self.headings[task.heading].text if task.heading >= 0 else ""


def parse(data: bytes) -> TaskDocument:
    """Raises LimitExceededError where the file is beyond what is read."""
    _check("bytes", len(data), MAX_BYTES)
    lines = split(data)
    _check("lines", len(lines.texts), MAX_LINES)
    reader = _Reader(lines.texts)
    reader.read(blocks(lines.texts))
    mentioned = reader.mentioned()
    return TaskDocument(
        lines=lines,
        tasks=tuple(reader.tasks),
        headings=tuple(reader.headings),
        findings=tuple(reader.findings),
        mentioned=mentioned,
    )


def _check(what: str, count: int, most: int) -> None:
    if count > most:
        raise LimitExceededError(
            f"The file has {count:,} {what}; at most {most:,} are read.", "Move finished tasks to a file of their own."
        )


class _Reader:
    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.tasks: list[DocumentTask] = []
        self.headings: list[Heading] = []
        self.findings: list[Finding] = []
        self._mentions: dict[int, int] = {}

    def read(self, document: Block) -> None:
        for block in document.blocks:
            if block.kind == HEADING:
                text = normal_line(block.text)
                self.headings.append(Heading(text=text, level=block.level, start=block.start, end=block.end))
            elif block.kind in LISTS:
                self._read_list(block)
            else:
                self._note_mentions(block.within())

    def mentioned(self) -> frozenset[int]:
        numbers = {task.number for task in self.tasks}
        found = {number: line for number, line in self._mentions.items() if number not in numbers}
        for number, line in found.items():
            self._find(
                line,
                f"{reference(number)} is named at an item that is no task of its own, so it is not read.",
                "Give it a box, `- [ ]`, and move it out of other tasks and quotes.",
                number,
            )
        return frozenset(found)

    def _read_list(self, listed: Block) -> None:
        for item in listed.blocks:
            found = layout(self.texts, item)
            if found is not None and self._read_task(found):
                self._note_mentions(item.within(), boxed=True)
                continue
            self._note_mentions([item])
            for block in item.blocks:
                if block.kind in LISTS:
                    self._read_list(block)
                else:
                    self._note_mentions(block.within())

    def _read_task(self, found: Layout) -> bool:
        head = heads.read(found.head)
        values = TaskValues(
            **{field.value: value for field, value in head.values.items()},
            body=body(self.texts, found),
            acceptance=tuple(each.value for part in found.of(Part.ACCEPTANCE) for each in part.entries if each.value),
            notes=tuple(note(each) for part in found.of(Part.NOTES) for each in part.entries if each.value),
        )
        line, number = found.head.start + 1, found.head.number
        if not values.title and number is None:
            self._find(line, "The item has a box and no title, so it is no task.", "Give it a title.")
            return False
        if len(self.tasks) == MAX_TASKS:
            _check("tasks", MAX_TASKS + 1, MAX_TASKS)
        for problem in head.problems:
            self._find(line, problem, "The text stays as it is, and the field as it was.", number)
        unread = head.unread | self._beyond(values, line, number)
        self.tasks.append(
            DocumentTask(
                number=number,
                values=_without(values, unread),
                unread=frozenset(unread),
                heading=len(self.headings) - 1,
                layout=found,
            )
        )
        return True

    def _beyond(self, values: TaskValues, line: int, number: int | None) -> set[Field]:
        problems = dict(_problems(values))
        for message in problems.values():
            self._find(line, message, "Until then the field stays as it was.", number)
        for each in values.notes:
            if len(each.text) > MAX_NOTE:
                message = f"A note of {len(each.text):,} characters is not read; at most {MAX_NOTE:,} are."
                self._find(line, message, "Make it shorter, or two of it.", number)
        return set(problems)

    def _note_mentions(self, found: Iterable[Block], *, boxed: bool = False) -> None:
        for block in found:
            if block.kind != ITEM:
                continue
            for named in _NAMED.finditer(self.texts[block.start]):
                if named[1] or not boxed:
                    self._mentions.setdefault(int(named[2]), block.start + 1)

    def _find(self, line: int, message: str, next_step: str, number: int | None = None) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(
                Finding(line=line, message=normal_line(message), next_step=normal_line(next_step), number=number)
            )


def _problems(values: TaskValues) -> Iterator[tuple[Field, str]]:
    if not values.title:
        yield Field.TITLE, "The task has no title; write one after its id."
    for field, most, what in (
        (Field.TITLE, task_fields.MAX_TITLE, "characters"),
        (Field.BODY, task_fields.MAX_BODY, "characters"),
        (Field.LABELS, task_fields.MAX_LABELS, "labels"),
        (Field.DEPENDENCIES, task_fields.MAX_DEPENDENCIES, "tasks"),
        (Field.ACCEPTANCE, task_fields.MAX_ACCEPTANCE, "criteria"),
    ):
        if (count := len(values.of(field))) > most:
            yield field, f"The {field} of {count:,} {what} is not read; at most {most:,} are."
    longest = max(map(len, values.acceptance), default=0)
    if longest > task_fields.MAX_CRITERION:
        most = task_fields.MAX_CRITERION
        yield Field.ACCEPTANCE, f"A criterion of {longest:,} characters is not read; at most {most:,} are."


def _without(values: TaskValues, unread: set[Field] | frozenset[Field]) -> TaskValues:
    kept = {field.value: values.of(field) for field in Field if field not in unread}
    notes = tuple(each for each in values.notes if len(each.text) <= MAX_NOTE)
    return TaskValues(**kept, notes=notes)
