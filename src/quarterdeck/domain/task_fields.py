"""What is written about a task: its fields, their bounds, and how edits of them meet."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from quarterdeck.domain.errors import ConflictError, InvalidInputError

MAX_TITLE = 200
MAX_BODY = 50_000
MAX_LABELS = 20
MAX_LABEL = 50
MAX_ESTIMATE = 60 * 24 * 365
MAX_DEPENDENCIES = 50
MAX_ACCEPTANCE = 30
MAX_CRITERION = 500
SHOWN = 60
_LABEL = re.compile(r"[^\s,#\[\]`]+")


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, kw_only=True)
class TaskFields:
    title: str
    """One line."""
    body: str = ""
    """Markdown."""
    labels: tuple[str, ...] = ()
    """Each once, in the order they were given."""
    priority: Priority = Priority.NORMAL
    estimate: int = 0
    """Minutes of work; 0: nobody has said."""
    dependencies: tuple[int, ...] = ()
    """Numbers of tasks of the same project that are to be done before, ascending."""
    acceptance: tuple[str, ...] = ()
    """What must hold for it to be done, a line each."""


@dataclass(frozen=True, kw_only=True)
class TaskChanges:
    """The fields that change; None: as it is."""

    title: str | None = None
    body: str | None = None
    labels: tuple[str, ...] | None = None
    priority: Priority | None = None
    estimate: int | None = None
    dependencies: tuple[int, ...] | None = None
    acceptance: tuple[str, ...] | None = None

    @property
    def given(self) -> dict[str, Any]:
        """By field. Values are not copied."""
        return {name: value for name, value in vars(self).items() if value is not None}


def reference(number: int) -> str:
    """As people write it: `T-17`."""
    return f"T-{number}"


def changed(fields: TaskFields, changes: TaskChanges) -> TaskFields:
    return replace(fields, **changes.given)


def differing(fields: TaskFields, wanted: TaskChanges) -> TaskChanges:
    """Of what is wanted, that which is not so already."""
    return TaskChanges(**{name: value for name, value in wanted.given.items() if value != getattr(fields, name)})


def check_base(changes: TaskChanges, base: int | None, revised: Mapping[str, int], fields: TaskFields) -> None:
    """CONFLICT where a field was changed after the revision that the edit is based on. Other fields merge."""
    if base is None:
        return
    late = [name for name in changes.given if revised.get(name, 1) > base]
    if late:
        now = "; ".join(f"{name} is now {str(getattr(fields, name))[:SHOWN]!r}" for name in late)
        raise ConflictError(
            f"Somebody changed {' and '.join(late)} after revision {base}, which this edit is based on: {now}.",
            f"Look at the task again, and edit it with base {max(revised.get(name, 1) for name in late)}.",
        )


def normalised(given: TaskChanges) -> TaskChanges:
    """As it is stored: trimmed, each label and dependency once. INVALID_INPUT beyond the bounds."""
    found = TaskChanges(
        title=None if given.title is None else given.title.strip(),
        body=given.body,
        labels=None if given.labels is None else tuple(dict.fromkeys(each.strip() for each in given.labels)),
        priority=given.priority,
        estimate=given.estimate,
        dependencies=None if given.dependencies is None else tuple(sorted(set(given.dependencies))),
        acceptance=None if given.acceptance is None else tuple(each.strip() for each in given.acceptance),
    )
    _check(found)
    return found


def normalised_fields(given: TaskFields) -> TaskFields:
    return changed(given, normalised(TaskChanges(**{name: getattr(given, name) for name in asdict(given)})))


def _check(found: TaskChanges) -> None:
    if found.title is not None:
        check_line(found.title, MAX_TITLE, "title", "A task's title")
    if found.body is not None:
        check_text(found.body, MAX_BODY, "body", "A task's body")
    _check_count(found.labels, MAX_LABELS, "labels")
    for label in found.labels or ():
        if not is_label(label):
            raise InvalidInputError(
                f"{label[:SHOWN]!r} is no label.",
                f"A label is 1 to {MAX_LABEL} characters without spaces, commas, #, brackets or backquotes.",
                field="labels",
            )
    if found.estimate is not None and not 0 <= found.estimate <= MAX_ESTIMATE:
        raise InvalidInputError(
            f"An estimate of {found.estimate:,} minutes is out of bounds.",
            f"Give 0 (none) to {MAX_ESTIMATE:,} minutes.",
            field="estimate",
        )
    _check_count(found.dependencies, MAX_DEPENDENCIES, "dependencies")
    _check_count(found.acceptance, MAX_ACCEPTANCE, "acceptance")
    for criterion in found.acceptance or ():
        check_line(criterion, MAX_CRITERION, "acceptance", "A criterion of acceptance")


def is_label(text: str) -> bool:
    return len(text) <= MAX_LABEL and text.isprintable() and bool(_LABEL.fullmatch(text))


def _check_count(values: tuple[object, ...] | None, most: int, field: str) -> None:
    if values is not None and len(values) > most:
        raise InvalidInputError(f"{len(values)} {field} are too many; a task has at most {most}.", field=field)


def check_line(text: str, most: int, field: str, what: str) -> None:
    if not text or len(text) > most or not text.isprintable():
        raise InvalidInputError(f"{what} is 1 to {most:,} printable characters on one line.", field=field)


def check_text(text: str, most: int, field: str, what: str) -> None:
    """Several lines, or none."""
    if len(text) > most:
        raise InvalidInputError(
            f"{what} has at most {most:,} characters, not {len(text):,}.", "Make it shorter.", field=field
        )
    if any(each == "\0" or "\ud800" <= each <= "\udfff" for each in text):
        raise InvalidInputError(f"{what} holds no NUL and no half of a surrogate pair.", "Take it out.", field=field)
