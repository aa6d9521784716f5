"""What a task file says of a task, as the events that make it so in the log. The same rules hold as for the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from quarterdeck.domain import task, task_work
from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.task import Task, existing
from quarterdeck.domain.task_events import TaskEvent, TaskStatus
from quarterdeck.domain.task_fields import TaskChanges
from quarterdeck.domain.task_work import NEXT
from quarterdeck.task_document.values import Field

NOBODY = UUID(int=0)
"""Whose hold nothing is."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`workers`: who can have tasks, by name; None where several are called so."""

    now: datetime
    workers: Mapping[str, UUID | None]


def changed(
    state: Task, what: Field, value: Any, *, rules: Rules, user_id: UUID = NOBODY, reason: str = "", force: bool = False
) -> tuple[TaskEvent, ...]:
    """Raises a QuarterdeckError where the log does not take it."""
    if what is Field.OWNER:
        owner_id = None if value is None else owner_of(value, rules.workers)
        return task_work.assign(state, owner_id, user_id=user_id, now=rules.now, force=force)
    if what is Field.STATUS:
        return _status(state, value, rules, user_id, reason, force=force)
    return task.edit(state, TaskChanges(**{what.value: value}))


def owner_of(name: str, workers: Mapping[str, UUID | None]) -> UUID:
    if name not in workers:
        raise InvalidInputError(
            f"Nobody called {name[:60]!r} works on this project.", "Name a developer or an owner of it.", field="owner"
        )
    found = workers[name]
    if found is None:
        raise InvalidInputError(
            f"Several members are called {name[:60]!r}.", "Assign it with `qd task assign` and an id.", field="owner"
        )
    return found


def _status(
    state: Task, wanted: TaskStatus, rules: Rules, user_id: UUID, reason: str, *, force: bool
) -> tuple[TaskEvent, ...]:
    if wanted is TaskStatus.CLAIMED:
        raise ConflictError(
            f"A task becomes claimed when somebody claims it, {state.reference} as well.",
            f"Claim it with `qd task claim {state.reference}`.",
        )
    if wanted is TaskStatus.BLOCKED:
        return task_work.block(state, reason or "No reason was given.", user_id=user_id, now=rules.now, force=force)
    if wanted is TaskStatus.OPEN and state.claim:
        return task_work.release(state, user_id=user_id, number=None, reason=reason, now=rules.now, force=force)
    if wanted in NEXT[state.status] or state.status is wanted or TaskStatus.OPEN not in NEXT[state.status]:
        return _change(state, wanted, rules, user_id, reason, force=force)
    first = _change(state, TaskStatus.OPEN, rules, user_id, reason, force=force)
    opened = after(state, first)
    return (*first, *_change(opened, wanted, rules, user_id, reason, force=force))


def _change(
    state: Task, wanted: TaskStatus, rules: Rules, user_id: UUID, reason: str, *, force: bool
) -> tuple[TaskEvent, ...]:
    return task_work.change_status(state, wanted, user_id=user_id, reason=reason, now=rules.now, force=force)


def after(state: Task, events: tuple[TaskEvent, ...]) -> Task:
    folded: task.TaskState = state
    for event in events:
        folded = task.evolve(folded, event)
    return existing(folded)
