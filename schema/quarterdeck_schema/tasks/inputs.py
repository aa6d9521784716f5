"""What mutations of tasks are given."""

from datetime import timedelta
from typing import Protocol, TypeVar

import strawberry

from quarterdeck.application.task_checks import By
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.task_events import LinkKind, TaskLink
from quarterdeck.domain.task_fields import Priority, TaskChanges
from quarterdeck.domain.task_work import LEASE
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.payload import idempotency_key

ValueT = TypeVar("ValueT")
FROM_SESSION = "The session that this is done from, if it is one of the task's project: it is kept with what is done."
FORCE = "Although somebody else holds the task."
CLAIM = "The claim's number: where the caller's claim is another by now, that is a CONFLICT."


class Attributed(Protocol):
    @property
    def session_id(self) -> strawberry.ID | None: ...
    @property
    def idempotency_key(self) -> str | None: ...


def by(info: Info, asked: Attributed) -> By:
    """Who asks, from where, and under which key."""
    session_id = given(asked.session_id)
    return By(
        caller=info.context.caller,
        session_id=ids.decode_as("Session", session_id, "sessionId") if session_id else None,
        key=idempotency_key(info, asked, asked.idempotency_key),
    )


@strawberry.input(description="Fields that are left out, or null, stay as they are.")
class TaskChangesInput:
    title: str | None = strawberry.UNSET
    body: str | None = strawberry.field(default=strawberry.UNSET, description="Markdown.")
    labels: list[str] | None = strawberry.UNSET
    priority: Priority | None = strawberry.UNSET
    estimate: int | None = strawberry.field(default=strawberry.UNSET, description="Minutes of work; 0: none given.")
    dependencies: list[int] | None = strawberry.field(
        default=strawberry.UNSET, description="Numbers of tasks of the same project that are to be done before."
    )
    acceptance: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="What must hold for it to be done, a line each."
    )


def changes_of(asked: TaskChangesInput) -> TaskChanges:
    return TaskChanges(
        title=given(asked.title),
        body=given(asked.body),
        labels=_tuple(asked.labels),
        priority=given(asked.priority),
        estimate=given(asked.estimate),
        dependencies=_tuple(asked.dependencies),
        acceptance=_tuple(asked.acceptance),
    )


def _tuple(values: list[ValueT] | None) -> tuple[ValueT, ...] | None:
    found = given(values)
    return None if found is None else tuple(found)


def lease_of(seconds: int | None) -> timedelta:
    asked = given(seconds)
    return LEASE if asked is None else timedelta(seconds=asked)


@strawberry.input(description="One of the three.")
class TaskTargetInput:
    session_id: strawberry.ID | None = strawberry.UNSET
    command_id: strawberry.ID | None = strawberry.UNSET
    commit: str | None = strawberry.field(default=strawberry.UNSET, description="The commit's whole name, in hex.")


def link_of(asked: TaskTargetInput) -> TaskLink:
    session_id, command_id, commit = given(asked.session_id), given(asked.command_id), given(asked.commit)
    match session_id, command_id, commit:
        case str(), None, None:
            target = str(ids.decode_as("Session", session_id, "target.sessionId"))
            return TaskLink(kind=LinkKind.SESSION, target=target)
        case None, str(), None:
            target = str(ids.decode_as("Command", command_id, "target.commandId"))
            return TaskLink(kind=LinkKind.COMMAND, target=target)
        case None, None, str():
            return TaskLink(kind=LinkKind.COMMIT, target=commit)
        case _:
            raise InvalidInputError(
                "A link goes to one thing.", "Give a session, a command or a commit.", field="target"
            )
