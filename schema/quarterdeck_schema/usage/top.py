"""Top lists of usage, as the API shows them."""

from dataclasses import replace
from datetime import datetime

import strawberry

from quarterdeck_projections.queries.usage import UsagePoint
from quarterdeck_projections.queries.usage_kept import Kept
from quarterdeck_projections.queries.usage_top import Ranking, TopList, TopQuestion
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.usage.types import KEPT, Point, kept_after, point_of

strawberry.enum(
    Ranking, name="UsageRanking", description="By the total, how many there were, or the highest single value."
)


@strawberry.type(description="`share`: of what all groups have, from 0 to 1; null by the highest, or of the unknown.")
class UsageTopRow:
    rank: int
    point: Point
    share: float | None


@strawberry.type(description="What the groups beyond a top list sum up to. `groups`: how many those are.")
class UsageTopRest:
    groups: Long
    point: Point
    share: float | None


@strawberry.type(description="`other` is null where the entries are all there are, `all` where nothing was measured.")
class UsageTop:
    from_: datetime = strawberry.field(name="from")
    to: datetime
    kept_from: datetime | None = strawberry.field(description=KEPT)
    entries: list[UsageTopRow]
    other: UsageTopRest | None
    all: Point | None


def shown_top(asked: TopQuestion, found: TopList, kept: Kept) -> UsageTop:
    whole = found.all
    rows = [
        UsageTopRow(rank=number, point=point_of(point, asked.group_by), share=share_of(asked.ranking, point, whole))
        for number, point in enumerate(found.rows, 1)
    ]
    return UsageTop(
        from_=asked.since,
        to=asked.until,
        kept_from=kept_after(asked.since, kept.facts if asked.by_facts else kept.sums),
        entries=rows,
        other=_rest(asked, found, whole),
        all=point_of(replace(whole, group=()), ()) if whole else None,
    )


def _rest(asked: TopQuestion, found: TopList, whole: UsagePoint | None) -> UsageTopRest | None:
    if found.other is None:
        return None
    share = share_of(asked.ranking, found.other, whole)
    return UsageTopRest(groups=Long(found.others), point=point_of(found.other, ()), share=share)


def share_of(ranking: Ranking, point: UsagePoint, whole: UsagePoint | None) -> float | None:
    if whole is None or ranking is Ranking.HIGHEST:
        return None
    part, of = (point.count, whole.count) if ranking is Ranking.COUNT else (point.total, whole.total)
    return part / of if part is not None and of else None
