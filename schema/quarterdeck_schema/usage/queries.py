"""Asking for usage."""

from datetime import datetime
from typing import Annotated

import strawberry

from quarterdeck.application.streams import PRICE_TABLE
from quarterdeck.domain.prices import price_table_id
from quarterdeck_projections.queries import usage as read
from quarterdeck_projections.queries.usage_question import Bucket
from quarterdeck_projections.queries.usage_top import Ranking
from quarterdeck_projections.usage.measures import Dimension
from quarterdeck_projections.usage.steps import WAY, Step
from quarterdeck_schema import ids
from quarterdeck_schema.access import watched_project
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.measures import Measure
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.reads import Reads
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.usage.filters import (
    MOST_FACTS,
    PERCENTS,
    UsageFilters,
    calls_question,
    check_facts,
    check_points,
    funnel_question,
    percentile_question,
    question,
    top_question,
)
from quarterdeck_schema.usage.funnels import TaskFunnel, shown_funnel
from quarterdeck_schema.usage.percentiles import UsagePercentiles, shown_percentiles
from quarterdeck_schema.usage.prices import PriceTable, shown_table
from quarterdeck_schema.usage.top import UsageTop, shown_top
from quarterdeck_schema.usage.types import ModelCall, UsageSeries, call_of, kept_after, point_of

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
        reads = await _reads(info, wait_for)
        points = await reads.usage(asked, MOST_POINTS + 1)
        check_points(len(points), MOST_POINTS)
        kept = await reads.usage_kept()
        return UsageSeries(
            from_=asked.since,
            to=asked.until,
            kept_from=kept_after(asked.since, kept.facts if asked.by_facts else kept.sums),
            points=[point_of(point, asked.group_by) for point in points],
            totals=[point_of(point, asked.group_by) for point in read.totals(points)],
        )

    @query(
        "usage:read",
        "Percentiles of single values, by the nearest rank: each is one of the values. Without a bucket, of all the "
        "time at once. Of a million facts at most.",
    )
    async def usage_percentiles(
        self,
        info: Info,
        project_id: strawberry.ID,
        from_: From,
        to: datetime,
        measures: list[Measure],
        percentiles: list[float] | None = strawberry.UNSET,
        bucket: Bucket | None = strawberry.UNSET,
        group_by: list[Dimension] | None = strawberry.UNSET,
        filters: UsageFilters | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> UsagePercentiles:
        identifier = ids.decode_as("Project", project_id, "projectId")
        await watched_project(info.context, identifier)
        percents = given(percentiles)
        asked = percentile_question(
            identifier,
            from_,
            to,
            list(PERCENTS) if percents is None else percents,
            given(bucket),
            measures,
            given(group_by) or [],
            given(filters),
        )
        reads = await _reads(info, wait_for)
        points = await reads.usage_percentiles(asked, MOST_POINTS + 1, MOST_FACTS)
        check_points(len(points), MOST_POINTS)
        check_facts(sum(point.count for point in points))
        return shown_percentiles(asked, points, await reads.usage_kept())

    @query(
        "usage:read",
        "The groups that have most of a measure, and what all others sum up to. Those with the same are in the order "
        "of their values. Times are widened to whole hours up to 31 days, to whole days beyond.",
    )
    async def usage_top(
        self,
        info: Info,
        project_id: strawberry.ID,
        from_: From,
        to: datetime,
        measure: Measure,
        by: list[Dimension],
        ranking: Ranking = Ranking.TOTAL,
        first: int = 10,
        filters: UsageFilters | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> UsageTop:
        identifier = ids.decode_as("Project", project_id, "projectId")
        await watched_project(info.context, identifier)
        asked = top_question(identifier, from_, to, measure, by, ranking, first, given(filters))
        reads = await _reads(info, wait_for)
        return shown_top(asked, await reads.usage_top(asked), await reads.usage_kept())

    @query(
        "usage:read",
        "How far the tasks that were created in a time have come by now, and how long they took from step to step. "
        "With a bucket, those of each are a cohort of their own.",
    )
    async def task_funnel(
        self,
        info: Info,
        project_id: strawberry.ID,
        from_: From,
        to: datetime,
        steps: list[Step] | None = strawberry.UNSET,
        bucket: Bucket | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> TaskFunnel:
        identifier = ids.decode_as("Project", project_id, "projectId")
        await watched_project(info.context, identifier)
        chosen = given(steps)
        asked = funnel_question(identifier, from_, to, list(WAY) if chosen is None else chosen, given(bucket))
        reads = await _reads(info, wait_for)
        reached, dropped = await reads.task_funnel(asked, MOST_POINTS + 1)
        check_points(len(reached), MOST_POINTS)
        return shown_funnel(asked, reached, dropped, await reads.usage_kept())

    @query("usage:read", "The calls of models that were made between two times, the last recorded first.")
    async def model_calls(
        self,
        info: Info,
        project_id: strawberry.ID,
        from_: From,
        to: datetime,
        filters: UsageFilters | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> Connection[ModelCall]:
        identifier = ids.decode_as("Project", project_id, "projectId")
        await watched_project(info.context, identifier)
        asked = calls_question(identifier, from_, to, given(filters))
        reads = await _reads(info, wait_for)
        page = await reads.list_model_calls(asked, info.context.window(first, after))
        return connect(page, call_of)

    @query("usage:read", "A project's own prices, which go before the published ones.")
    async def price_table(self, info: Info, project_id: strawberry.ID) -> PriceTable:
        identifier = ids.decode_as("Project", project_id, "projectId")
        await watched_project(info.context, identifier)
        loaded = await PRICE_TABLE.load(info.context.services.log, price_table_id(identifier))
        return shown_table(loaded.state)


async def _reads(info: Info, wait_for: Long | None) -> Reads:
    """The read models, where they have come to the position that the caller waits for."""
    reads = info.context.services.reads
    if (position := given(wait_for)) is not None:
        await reads.wait_for(position, "usage")
    return reads
