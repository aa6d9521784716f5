"""A project's tasks in columns, as the API shows them."""

import strawberry

from quarterdeck_projections.queries.task_board import BoardColumn, Grouping
from quarterdeck_schema.tasks.types import Task, task_of

strawberry.enum(Grouping, name="TaskGrouping")


@strawberry.type
class TaskColumn:
    key: str | None = strawberry.field(
        description="The status, the owner's name or the label; null: those without an owner or a label."
    )
    count: int
    entries: list[Task] = strawberry.field(description="The first of them: by priority, then the oldest.")


@strawberry.type
class TaskBoard:
    columns: list[TaskColumn]


def column_of(column: BoardColumn) -> TaskColumn:
    return TaskColumn(key=column.key, count=column.count, entries=[task_of(row) for row in column.tasks])
