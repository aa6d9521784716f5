"""Asking for usage."""

from datetime import datetime
from typing import Annotated

import strawberry

from quarterdeck.application.streams import PRICE_TABLE
from quarterdeck.domain.errors import LimitExceededError
from quarterdeck.domain.prices import price_table_id
from quarterdeck_projections.queries import usage as read
from quarterdeck_projections.queries.usage import Bucket
from quarterdeck_projections.usage.measures import Dimension, Measure
from quarterdeck_schema import ids
from quarterdeck_schema.access import watched_project
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.usage.filters import UsageFilters, check_times, question
from quarterdeck_schema.usage.prices import PriceTable, shown_table
from quarterdeck_schema.usage.types import ModelCall, UsageSeries, call_of, point_of

MOST_POINTS = 10_000
From = Annotated[datetime, strawberry.argument(name="from")]


@strawberry.type
class UsageQueries:
    @query(
        "usage:read",
        "What a project's usage sums up to, by time and dimension. Times are widened to whole buckets. "
        "`waitFor`: answer only when the read model has reached this log position.",
    )
    async def usage(
        self,
        info: Info,
        project_id: strawberry.ID,
        from_: From,
        to: datetime,
        measures: list[Measure],
        bucket: Bucket = Bucket.DAY,
        group_by: list[Dimension] | None = strawberry.UNSET,
        filters: UsageFilters | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> UsageSeries:
        identifier = ids.decode_as("Project", project_id, "projectId")
        await watched_project(info.context, identifier)
        asked = question(identifier, from_, to, bucket, measures, given(group_by) or [], given(filters))
        reads = info.context.services.reads
        if (position := given(wait_for)) is not None:
            await reads.wait_for(position, "usage")
        points = await reads.usage(asked, MOST_POINTS + 1)
        if len(points) > MOST_POINTS:
            raise LimitExceededError(
                f"There are more than {MOST_POINTS:,} points to tell.",
                "Ask for less time, fewer measures or groups, or a coarser bucket.",
            )
        return UsageSeries(
            from_=asked.since,
            to=asked.until,
            points=[point_of(point, asked.group_by) for point in points],
            totals=[point_of(point, asked.group_by) for point in read.totals(points)],
        )

    @query("usage:read", "The calls of models that were made between two times, the last recorded first.")
    async def model_calls(
        self,
        info: Info,
        project_id: strawberry.ID,
        from_: From,
        to: datetime,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> Connection[ModelCall]:
        identifier = ids.decode_as("Project", project_id, "projectId")
        await watched_project(info.context, identifier)
        check_times(from_, to)
        reads = info.context.services.reads
        if (position := given(wait_for)) is not None:
            await reads.wait_for(position, "usage")
        page = await reads.list_model_calls(identifier, from_, to, info.context.window(first, after))
        return connect(page, call_of)

    @query("usage:read", "A project's own prices, which go before the published ones.")
    async def price_table(self, info: Info, project_id: strawberry.ID) -> PriceTable:
        identifier = ids.decode_as("Project", project_id, "projectId")
        await watched_project(info.context, identifier)
        loaded = await PRICE_TABLE.load(info.context.services.log, price_table_id(identifier))
        return shown_table(loaded.state)
