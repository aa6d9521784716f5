"""Which task of a project waits for which: one stream for each project, so that no two edits make a circle together.

What a task depends on is in its own events, too; both are appended at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID, uuid5

from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.task_fields import reference

MAX_SHOWN = 8


def task_dependencies_id(project_id: UUID) -> UUID:
    return uuid5(project_id, "task dependencies")


@dataclass(frozen=True, kw_only=True)
class TaskDependenciesDeclared:
    TOPIC: ClassVar[str] = "TaskDependenciesDeclared"
    SCHEMA_VERSION: ClassVar[int] = 1
    number: int
    dependencies: tuple[int, ...]
    """All that task `number` waits for from now on."""


@dataclass(frozen=True, kw_only=True)
class TaskDependencies:
    of: Mapping[int, tuple[int, ...]] = field(default_factory=dict[int, tuple[int, ...]])


def evolve(state: TaskDependencies, event: TaskDependenciesDeclared) -> TaskDependencies:
    return TaskDependencies(of={**state.of, event.number: event.dependencies})


def declare(
    state: TaskDependencies, number: int, dependencies: tuple[int, ...]
) -> tuple[TaskDependenciesDeclared, ...]:
    """Nothing where it is so already. CONFLICT where a task would wait for itself, however many lie between."""
    if state.of.get(number, ()) == dependencies:
        return ()
    for each in dependencies:
        if circle := _way(state, each, number):
            named = [reference(step) for step in (number, *circle)]
            shown = named if len(named) <= MAX_SHOWN else [*named[: MAX_SHOWN - 2], "…", named[-1]]
            raise ConflictError(
                f"{reference(number)} would wait for itself: {' → '.join(shown)}.",
                "Take one of these dependencies away first.",
            )
    return (TaskDependenciesDeclared(number=number, dependencies=dependencies),)


def _way(state: TaskDependencies, start: int, goal: int) -> tuple[int, ...]:
    """A way from one task to another along what they wait for; empty: there is none."""
    came_from: dict[int, int] = {start: start}
    todo = [start]
    while todo:
        at = todo.pop()
        if at == goal:
            return _steps(came_from, start, goal)
        for each in state.of.get(at, ()):
            if each not in came_from:
                came_from[each] = at
                todo.append(each)
    return ()


def _steps(came_from: Mapping[int, int], start: int, goal: int) -> tuple[int, ...]:
    steps = [goal]
    while steps[-1] != start:
        steps.append(came_from[steps[-1]])
    return tuple(reversed(steps))
