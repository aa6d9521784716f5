"""The way of a total over time, as a line of bars."""

from datetime import datetime, timedelta

from quarterdeck_cli import pictures
from quarterdeck_cli.api import usage as api
from quarterdeck_cli.usage_words import Buckets

WIDEST = 40
_SPANS = {
    Buckets.HOUR: timedelta(hours=1),
    Buckets.DAY: timedelta(days=1),
    Buckets.WEEK: timedelta(days=7),
    Buckets.MONTH: timedelta(days=31),
}


def trend(series: api.Series, total: api.Point, bucket: Buckets) -> str:
    """Of the points that are of `total`: a bar for each bucket, or for several where they are many. Empty for one."""
    begin, end = datetime.fromisoformat(series.from_), datetime.fromisoformat(series.to)
    buckets = max(1, round((end - begin) / _SPANS[bucket]))
    if buckets < 2:
        return ""
    at_once = -(-buckets // WIDEST)
    bars: list[float | None] = [None] * -(-buckets // at_once)
    for point in series.points:
        if (point.measure, point.group) == (total.measure, total.group) and point.total is not None:
            place = round((datetime.fromisoformat(point.at) - begin) / (end - begin) * buckets) // at_once
            bars[min(place, len(bars) - 1)] = (bars[min(place, len(bars) - 1)] or 0) + point.total
    return pictures.line(bars)
