"""Asking how a comparison of the read models with the log goes, and what it found."""

from enum import Enum
from uuid import UUID

import strawberry

from quarterdeck.domain.errors import ForbiddenError, InvalidInputError
from quarterdeck_projections.paging import Page
from quarterdeck_projections.queries.read_model_checks import CheckRow, DifferenceRow
from quarterdeck_schema.context import Info, RequestContext
from quarterdeck_schema.paging import Connection, connect, key, size
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long

DEFAULT_PAGE = 100


@strawberry.enum
class ReadModelCheckState(Enum):
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"


@strawberry.type
class ReadModelDifference:
    number: Long = strawberry.field(description="Counts from 1.")
    table: str
    key: str = strawberry.field(description="JSON: the columns that name the row, or the whole row where none do.")
    column: str | None = strawberry.field(description="Null: only one of the two has the row.")
    logged: str | None = strawberry.field(description="JSON: what the log gives. Null: no such row.")
    live: str | None = strawberry.field(description="JSON: what is in the read model. Null: no such row.")


@strawberry.type
class ComparedTable:
    name: str
    differences: Long


@strawberry.type
class ReadModelCheck:
    id: strawberry.ID
    state: ReadModelCheckState
    step: str = strawberry.field(description="What it is at.")
    done: Long
    total: Long
    position: Long | None = strawberry.field(description="Of the log, that was compared at. Null until it has ended.")
    rows: Long | None = strawberry.field(description="Rows of the read models that were compared.")
    difference_count: Long | None = strawberry.field(description="All of them; only so many are kept.")
    tables: list[ComparedTable]
    failure: str | None
    next_step: str | None


@strawberry.type
class ReadModelCheckQueries:
    @query(
        "event:read", "A comparison of the read models with the log. Null until the projector has begun. For admins."
    )
    async def read_model_check(self, info: Info, id: strawberry.ID) -> ReadModelCheck | None:  # noqa: A002 - the argument's name
        sees_all(info.context)
        row = await info.context.services.reads.read_model_check(_id(id, "id"))
        return _check(row) if row else None

    @query("event:read", "What a comparison found, as far as it is kept. Cursors are numbers. For admins.")
    async def read_model_differences(
        self,
        info: Info,
        check_id: strawberry.ID,
        first: int | None = DEFAULT_PAGE,
        after: str | None = strawberry.UNSET,
    ) -> Connection[ReadModelDifference]:
        sees_all(info.context)
        services = info.context.services
        limit, start = size(first, DEFAULT_PAGE, services.page_size), key(after) or 0
        found = await services.reads.read_model_differences(_id(check_id, "checkId"), start, limit + 1)
        page = Page(rows=found[:limit], has_next=len(found) > limit, has_previous=start > 0)
        return connect(page, _difference)


def _id(text: str, field: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInputError("This is no id of a check.", "Pass one that the API gave.", field=field) from None


def sees_all(context: RequestContext) -> None:
    """FORBIDDEN unless the caller has every project: what differs may be of any."""
    if context.visible_to is not None:
        raise ForbiddenError(
            "This compares the read models of all projects.", "Use the token of an admin, who sees all events."
        )


def _check(row: CheckRow) -> ReadModelCheck:
    return ReadModelCheck(
        id=strawberry.ID(str(row.id)),
        state=ReadModelCheckState(row.state),
        step=row.step,
        done=Long(row.done),
        total=Long(row.total),
        position=None if row.position is None else Long(row.position),
        rows=None if row.rows is None else Long(row.rows),
        difference_count=None if row.differences is None else Long(row.differences),
        tables=[ComparedTable(name=name, differences=Long(count)) for name, count in (row.tables or {}).items()],
        failure=row.failure,
        next_step=row.next_step,
    )


def _difference(row: DifferenceRow) -> ReadModelDifference:
    return ReadModelDifference(
        number=Long(row.position),
        table=row.table_name,
        key=row.key,
        column=row.column_name,
        logged=row.logged,
        live=row.live,
    )
