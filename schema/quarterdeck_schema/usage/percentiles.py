"""Percentiles of usage, as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import strawberry

from quarterdeck_projections.queries.usage_kept import Kept
from quarterdeck_projections.queries.usage_percentiles import PercentilePoint, PercentileQuestion
from quarterdeck_projections.usage.measures import MEASURES, Unit
from quarterdeck_schema.measures import Measure
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.usage.types import KEPT, Group, dollars, groups_of, kept_after, long_of


@strawberry.type(description="This share of the known values, in percent, is not above `value`, which is one of them.")
class UsagePercentile:
    percentile: float
    value: Long
    usd: Decimal | None = strawberry.field(description="Of costs: `value` in dollars.")


@strawberry.type(description="`values`: one for each percentile that was asked for; none where no value is known.")
class UsagePercentilePoint:
    at: datetime
    measure: Measure
    group: list[Group]
    values: list[UsagePercentile]
    count: Long
    unknown: Long
    lowest: Long | None
    highest: Long | None


@strawberry.type(description="What nothing was measured of has no points.")
class UsagePercentiles:
    from_: datetime = strawberry.field(name="from")
    to: datetime
    kept_from: datetime | None = strawberry.field(description=KEPT)
    points: list[UsagePercentilePoint]


def shown_percentiles(asked: PercentileQuestion, points: Sequence[PercentilePoint], kept: Kept) -> UsagePercentiles:
    return UsagePercentiles(
        from_=asked.since,
        to=asked.until,
        kept_from=kept_after(asked.since, kept.facts),
        points=[_shown(asked, point) for point in points],
    )


def _shown(asked: PercentileQuestion, point: PercentilePoint) -> UsagePercentilePoint:
    costs = MEASURES[point.measure].unit is Unit.NANO_DOLLARS
    values = zip(asked.percents, point.values, strict=True) if point.values else ()
    return UsagePercentilePoint(
        at=point.at,
        measure=point.measure,
        group=groups_of(asked.group_by, point.group),
        values=[
            UsagePercentile(percentile=percent, value=Long(value), usd=dollars(value) if costs else None)
            for percent, value in values
        ],
        count=Long(point.count),
        unknown=Long(point.count - point.known),
        lowest=long_of(point.lowest),
        highest=long_of(point.highest),
    )
