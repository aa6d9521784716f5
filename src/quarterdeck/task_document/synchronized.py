"""What file and API had of each task when they were last brought together, and what they disagree on since."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from quarterdeck.task_document.values import NOTHING, Field, TaskValues, same, with_value


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Both sides changed the field to something else. Each keeps its value until somebody decides.

    Without a field it is the task itself: it was taken out of the file, and edited in the API, whose values `api` is.
    """

    number: int
    field: Field | None
    base: Any
    file: Any
    api: Any


@dataclass(frozen=True, kw_only=True)
class Synchronized:
    values: TaskValues
    in_file: bool = True
    """False: it was taken out of the file when it was done with, which is no reason to put it back."""
    conflicts: tuple[Conflict, ...] = ()
    """That are open."""


Base = Mapping[int, Synchronized]
"""By a task's number."""


def conflict_on(task: Synchronized, field: Field | None) -> Conflict | None:
    return next((each for each in task.conflicts if each.field is field), None)


def decided(task: Synchronized, field: Field | None) -> Synchronized | None:
    """The base of a task whose conflict is decided: what the API has from then on goes to the file.

    None: there is to be no base; the task goes back into the file as a new one would.
    """
    conflict = conflict_on(task, field)
    if conflict is None:
        return task
    if field is None:
        return None
    others = tuple(each for each in task.conflicts if each is not conflict)
    return replace(task, values=with_value(task.values, field, conflict.file), conflicts=others)


def is_same_conflict(a: Conflict, b: Conflict | None) -> bool:
    if b is None or a.field is not b.field:
        return False
    if a.field is None:
        return bool(a.api == b.api)
    return same(a.field, a.file, b.file) and same(a.field, a.api, b.api)


def base_values(task: Synchronized | None) -> TaskValues:
    """Nothing where the two were never together: then what either side has is new."""
    return task.values if task else NOTHING
