"""Usage, as the API shows it."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.task_fields import reference
from quarterdeck_projections.queries.usage import UsageCallRow, UsagePoint
from quarterdeck_projections.queries.usage_question import Bucket
from quarterdeck_projections.usage.measures import MEASURES, Dimension, Unit
from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.measures import Measure
from quarterdeck_schema.requires import check_scope, described
from quarterdeck_schema.scalars import Long

if TYPE_CHECKING:
    from quarterdeck_schema.sessions.types import Session

NANO = Decimal(10**9)

strawberry.enum(Dimension, name="UsageDimension", description="What usage is told apart by.")
strawberry.enum(Bucket, name="UsageBucket", description="In UTC; a week begins on Monday.")

KEPT = "Where that is after `from`: what was before it is kept no more, and in no answer. Null: all is there."
ID_OF = {Dimension.USER: "User", Dimension.SESSION: "Session", Dimension.TASK: "Task"}
"""Dimensions whose values are global ids, and of which type."""


@strawberry.type(
    name="UsageGroup", description="`value`: a global id where it is a user, session or task; empty: none."
)
class Group:
    dimension: Dimension
    value: str

    @described("As people know it: of a task its number, such as `T-17`, of a user the name, of a session the title.")
    async def label(self, info: Info) -> str | None:
        if not self.value or self.dimension not in ID_OF:
            return None
        identifier = ids.decode_as(ID_OF[self.dimension], self.value, "value")
        match self.dimension:
            case Dimension.TASK:
                task = await info.context.task(identifier)
                return None if task is None else reference(task.number)
            case Dimension.USER:
                return await info.context.user_name(identifier)
            case _:
                session = await info.context.session(identifier)
                return None if session is None else session.title or None


@strawberry.type(
    name="UsagePoint",
    description=(
        "What was measured in a bucket. Values are whole numbers of the measure's unit, null where none is known; "
        "`unknown` counts those that are not, such as calls of a model without a price."
    ),
)
class Point:
    at: datetime
    measure: Measure
    group: list[Group]
    total: Long | None
    usd: Decimal | None = strawberry.field(description="Of costs: `total` in dollars.")
    count: Long
    unknown: Long
    lowest: Long | None
    highest: Long | None


@strawberry.type(description="`from` and `to` are whole buckets; those in which nothing was measured have no points.")
class UsageSeries:
    from_: datetime = strawberry.field(name="from")
    to: datetime
    kept_from: datetime | None = strawberry.field(description=KEPT)
    points: list[Point]
    totals: list[Point] = strawberry.field(description="Of each measure and group, over all buckets.")


@strawberry.type(description="A call of a model, as it was told. Token counts are apart: none is part of another.")
class ModelCall:
    session_key: strawberry.Private[UUID | None]
    at: datetime
    provider: str
    model: str
    operation: str
    user_id: strawberry.ID | None
    task_id: strawberry.ID | None
    persona: str
    input_tokens: Long
    cache_read_input_tokens: Long
    cache_creation_input_tokens: Long
    output_tokens: Long
    reasoning_output_tokens: Long
    usd: Decimal | None = strawberry.field(description="What it cost; null: the model has no price.")
    price: str = strawberry.field(description="Where that is from: `project:<revision>`, `genai-prices:<version>`.")

    @strawberry.field
    async def session(
        self, info: Info
    ) -> Annotated["Session", strawberry.lazy("quarterdeck_schema.sessions.types")] | None:
        from quarterdeck_schema.sessions.types import session_of

        check_scope(info.context, "session:read")
        row = await info.context.session(self.session_key) if self.session_key else None
        return None if row is None else session_of(row)


def kept_after(since: datetime, edge: datetime | None) -> datetime | None:
    return edge if edge and edge > since else None


def dollars(nano: int | None) -> Decimal | None:
    return None if nano is None else Decimal(nano) / NANO


def groups_of(group_by: tuple[Dimension, ...], values: tuple[str, ...]) -> list[Group]:
    return [Group(dimension=each, value=shown_value(each, text)) for each, text in zip(group_by, values, strict=True)]


def point_of(point: UsagePoint, group_by: tuple[Dimension, ...]) -> Point:
    costs = MEASURES[point.measure].unit is Unit.NANO_DOLLARS
    return Point(
        at=point.at,
        measure=point.measure,
        group=groups_of(group_by, point.group),
        total=long_of(point.total),
        usd=dollars(point.total) if costs else None,
        count=Long(point.count),
        unknown=Long(point.count - point.known),
        lowest=long_of(point.lowest),
        highest=long_of(point.highest),
    )


def call_of(row: UsageCallRow) -> ModelCall:
    def tokens(measure: Measure) -> Long:
        return Long(row.tokens.get(measure, 0))

    return ModelCall(
        session_key=row.session_id,
        at=row.at,
        provider=row.provider,
        model=row.model,
        operation=row.operation,
        user_id=ids.encode("User", row.user_id) if row.user_id else None,
        task_id=ids.encode("Task", row.task_id) if row.task_id else None,
        persona=row.persona,
        input_tokens=tokens(Measure.TOKENS_INPUT),
        cache_read_input_tokens=tokens(Measure.TOKENS_CACHE_READ),
        cache_creation_input_tokens=tokens(Measure.TOKENS_CACHE_CREATION),
        output_tokens=tokens(Measure.TOKENS_OUTPUT),
        reasoning_output_tokens=tokens(Measure.TOKENS_REASONING),
        usd=dollars(row.nano_dollars),
        price=row.price,
    )


def shown_value(dimension: Dimension, text: str) -> str:
    """A global id where it is an id."""
    kind = ID_OF.get(dimension)
    return ids.encode(kind, UUID(text)) if kind and text else text


def long_of(value: int | None) -> Long | None:
    return None if value is None else Long(value)
