"""Asking for tasks."""

from uuid import UUID

import strawberry

from quarterdeck.application.task_checks import ME
from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import Priority
from quarterdeck_projections.queries.task_board import MAX_SHOWN, Grouping
from quarterdeck_projections.queries.tasks import Order, TaskFilter
from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_task
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import Connection, connect, size
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.tasks.board import TaskBoard, column_of
from quarterdeck_schema.tasks.types import Task, task_of


@strawberry.input(description="What is left out narrows nothing.")
class TaskFilterInput:
    status: list[TaskStatus] | None = strawberry.UNSET
    label: list[str] | None = strawberry.field(default=strawberry.UNSET, description="All of them.")
    priority: list[Priority] | None = strawberry.UNSET
    owner: str | None = strawberry.field(default=strawberry.UNSET, description="A user's name, or `me`.")
    unowned: bool = strawberry.field(default=False, description="Those that nobody has.")
    unlabelled: bool = strawberry.field(default=False, description="Those that have no label.")


strawberry.enum(Order, name="TaskOrder")


@strawberry.type
class TaskQueries:
    @query("task:read")
    async def task(self, info: Info, id: strawberry.ID) -> Task | None:  # noqa: A002 - the argument's name
        return await _task(info, ids.decode_as("Task", id, "id"))

    @query("task:read", "By the number that people write, as in `T-17`.")
    async def task_by_number(self, info: Info, project_id: strawberry.ID, number: int) -> Task | None:
        return await _task(info, task_id(ids.decode_as("Project", project_id, "projectId"), number))

    @query(
        "task:read",
        (
            'Newest first; with `text`, those that it is found in, the best first: words, "phrases", OR, and -words '
            "that must not be there. With `order` it is that one. `waitFor`: answer only when the read model has "
            "reached this log position."
        ),
    )
    async def tasks(
        self,
        info: Info,
        project_id: strawberry.ID | None = strawberry.UNSET,
        filter: TaskFilterInput | None = strawberry.UNSET,  # noqa: A002 - the argument's name
        text: str | None = strawberry.UNSET,
        order: Order | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> Connection[Task]:
        rows, reads = info.context.window(first, after), info.context.services.reads
        searched, ordered = given(text), given(order)
        chosen = _chosen(info, project_id, given(filter), searched if ordered else None)
        if (position := given(wait_for)) is not None:
            await reads.wait_for(position, "task_board")
        page = await (
            reads.list_tasks(info.context.visible_to, rows, chosen, ordered or Order.NEWEST)
            if searched is None or ordered
            else reads.search_tasks(info.context.visible_to, rows, chosen, searched)
        )
        return connect(page, task_of)

    @query(
        "task:read",
        "A project's tasks in columns: how many each has, and the first of them; with `text`, of those that it is in.",
    )
    async def task_board(
        self,
        info: Info,
        project_id: strawberry.ID,
        group_by: Grouping = Grouping.STATUS,
        filter: TaskFilterInput | None = strawberry.UNSET,  # noqa: A002 - the argument's name
        text: str | None = strawberry.UNSET,
        first: int | None = 10,
        wait_for: Long | None = strawberry.UNSET,
    ) -> TaskBoard:
        shown, reads = size(first, 10, MAX_SHOWN), info.context.services.reads
        chosen = _chosen(info, project_id, given(filter), given(text))
        if (position := given(wait_for)) is not None:
            await reads.wait_for(position, "task_board")
        columns = await reads.task_board(info.context.visible_to, chosen, group_by, shown)
        return TaskBoard(columns=[column_of(column) for column in columns])


async def _task(info: Info, identifier: UUID) -> Task | None:
    row = await visible_task(info.context, identifier)
    return None if row is None else task_of(row)


def _chosen(
    info: Info, project_id: strawberry.ID | None, asked: TaskFilterInput | None, text: str | None
) -> TaskFilter:
    project = ids.decode_as("Project", project_id, "projectId") if project_id else None
    if asked is None:
        return TaskFilter(project_id=project, text=text)
    owner = given(asked.owner)
    return TaskFilter(
        project_id=project,
        statuses=given(asked.status) or (),
        labels=given(asked.label) or (),
        priorities=given(asked.priority) or (),
        owner=info.context.caller.user_id if owner == ME else owner,
        unowned=asked.unowned,
        unlabelled=asked.unlabelled,
        text=text,
    )
