"""What of a task a file can hold, and the one form in which a file's values and the API's are compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import Priority

_WIDEST_SHIFT = 3
"""Spaces before a line that mean nothing in Markdown; four make it code."""


class Field(StrEnum):
    TITLE = "title"
    BODY = "body"
    STATUS = "status"
    OWNER = "owner"
    LABELS = "labels"
    PRIORITY = "priority"
    ESTIMATE = "estimate"
    DEPENDENCIES = "dependencies"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True, kw_only=True)
class Note:
    """What was noted on the way. Two notes with one text are the same note, whatever else is written before it."""

    text: str
    on: str = ""
    """The day, as `2026-11-20`; empty: it does not say."""
    by: str = ""
    """A name; empty: it does not say."""


@dataclass(frozen=True, kw_only=True)
class TaskValues:
    """As the domain has them, with names for people and numbers for tasks."""

    title: str = ""
    body: str = ""
    status: TaskStatus = TaskStatus.OPEN
    owner: str | None = None
    labels: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    estimate: int = 0
    dependencies: tuple[int, ...] = ()
    acceptance: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    def of(self, field: Field) -> Any:
        return getattr(self, field)


SETS = frozenset({Field.LABELS, Field.DEPENDENCIES})
"""Merged one by one; their order means nothing."""
NOTHING = TaskValues()


def with_value(values: TaskValues, field: Field, value: Any) -> TaskValues:
    changes: dict[str, Any] = {field: value}
    return replace(values, **changes)


def same(field: Field, a: Any, b: Any) -> bool:
    return set(a) == set(b) if field in SETS else bool(a == b)


def differing(a: TaskValues, b: TaskValues) -> tuple[Field, ...]:
    """Without notes."""
    return tuple(field for field in Field if not same(field, a.of(field), b.of(field)))


def equal(a: TaskValues, b: TaskValues) -> bool:
    return not differing(a, b) and [note.text for note in a.notes] == [note.text for note in b.notes]


def normal(values: TaskValues) -> TaskValues:
    """The form that a file gives back when it was written there."""
    return replace(
        values,
        title=normal_line(values.title),
        body=normal_text(values.body),
        labels=tuple(dict.fromkeys(values.labels)),
        dependencies=tuple(sorted(set(values.dependencies))),
        acceptance=tuple(text for each in values.acceptance if (text := normal_words(each))),
        notes=tuple(replace(note, text=text) for note in values.notes if (text := normal_text(note.text).strip(" \t"))),
    )


def normal_line(text: str) -> str:
    """Without what cannot be printed, and without space around it."""
    if not text.isprintable():
        text = "".join(each if each.isprintable() else " " if each.isspace() else "\ufffd" for each in text)
    return text.strip(" ")


def normal_words(text: str) -> str:
    return normal_line(" ".join(text.split()))


def normal_text(text: str) -> str:
    """Lines that end in \\n, none blank at the start and end, none of blanks alone, as far left as they can be."""
    lines = _harmless(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(without_outer_blanks(shifted(lines)))


def shifted(lines: Iterable[str]) -> list[str]:
    """Without the spaces that all lines begin with, unless they are so many that they mean code."""
    lines = ["" if is_blank(line) else line for line in lines]
    common = min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)
    return [line[common:] for line in lines] if common <= _WIDEST_SHIFT else lines


def without_outer_blanks(lines: Sequence[str]) -> list[str]:
    filled = [number for number, line in enumerate(lines) if not is_blank(line)]
    return list(lines[filled[0] : filled[-1] + 1]) if filled else []


def is_blank(line: str) -> bool:
    return not line.strip(" \t")


def _harmless(text: str) -> str:
    """Halves of surrogate pairs stand for bytes that are no UTF-8; neither they nor NUL can be stored."""
    return text.replace("\0", "\ufffd").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
