"""Usage: recording it, what it sums up to, prices."""

from collections.abc import AsyncIterator
from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.client import Client

_TIMES = {"from_": "from", "kept_from": "keptFrom"}


class Recorded(Answer, frozen=True):
    calls: int
    position: int


class Group(Answer, frozen=True):
    dimension: str
    value: str
    label: str | None = None


class Point(Answer, frozen=True):
    at: str
    measure: str
    group: tuple[Group, ...]
    total: int | None
    usd: str | None
    count: int
    unknown: int
    lowest: int | None
    highest: int | None


class Series(Answer, frozen=True, rename=_TIMES):
    from_: str
    to: str
    kept_from: str | None
    points: tuple[Point, ...]
    totals: tuple[Point, ...]


class TopRow(Answer, frozen=True):
    rank: int
    point: Point
    share: float | None


class Rest(Answer, frozen=True):
    groups: int
    point: Point
    share: float | None


class Top(Answer, frozen=True, rename=_TIMES):
    from_: str
    to: str
    kept_from: str | None
    entries: tuple[TopRow, ...]
    other: Rest | None
    all: Point | None


class Percentile(Answer, frozen=True):
    percentile: float
    value: int
    usd: str | None


class PercentilePoint(Answer, frozen=True):
    at: str
    measure: str
    group: tuple[Group, ...]
    values: tuple[Percentile, ...]
    count: int
    unknown: int
    lowest: int | None
    highest: int | None


class Percentiles(Answer, frozen=True, rename=_TIMES):
    from_: str
    to: str
    kept_from: str | None
    points: tuple[PercentilePoint, ...]


class FunnelStep(Answer, frozen=True):
    step: str
    tasks: int
    skipped: int
    of_first: float | None
    of_previous: float | None
    timed: int
    median_ms: int | None
    ninth_ms: int | None


class Cohort(Answer, frozen=True):
    at: str
    dropped: int
    steps: tuple[FunnelStep, ...]


class Funnel(Answer, frozen=True, rename=_TIMES):
    from_: str
    to: str
    kept_from: str | None
    cohorts: tuple[Cohort, ...]


class ModelCall(Answer, frozen=True):
    at: str
    provider: str
    model: str
    operation: str
    persona: str
    input_tokens: int
    cache_read_input_tokens: int
    cache_creation_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    usd: str | None
    price: str


class Price(Answer, frozen=True):
    provider: str
    model: str
    input: str
    output: str
    cache_read: str | None
    cache_creation: str | None
    reasoning: str | None
    since: str | None


class PriceTable(Answer, frozen=True):
    revision: int
    prices: tuple[Price, ...]


async def record(client: Client, project_id: str, calls: list[Any]) -> Recorded:
    return read(Recorded, await client.mutate("record_model_usage", {"projectId": project_id, "calls": calls}))


async def usage(client: Client, project_id: str, asked: dict[str, Any]) -> Series:
    return read(Series, (await client.query("usage", {"projectId": project_id, **asked}))["usage"])


async def top(client: Client, project_id: str, asked: dict[str, Any]) -> Top:
    return read(Top, (await client.query("usage_top", {"projectId": project_id, **asked}))["usageTop"])


async def percentiles(client: Client, project_id: str, asked: dict[str, Any]) -> Percentiles:
    answer = await client.query("usage_percentiles", {"projectId": project_id, **asked})
    return read(Percentiles, answer["usagePercentiles"])


async def funnel(client: Client, project_id: str, asked: dict[str, Any]) -> Funnel:
    return read(Funnel, (await client.query("task_funnel", {"projectId": project_id, **asked}))["taskFunnel"])


def model_calls(client: Client, project_id: str, asked: dict[str, Any]) -> AsyncIterator[ModelCall]:
    return pages(client, "model_calls", "modelCalls", {"projectId": project_id, **asked}, ModelCall)


async def price_table(client: Client, project_id: str) -> PriceTable:
    return read(PriceTable, (await client.query("price_table", {"projectId": project_id}))["priceTable"])


async def revise_prices(client: Client, project_id: str, prices: list[Any]) -> PriceTable:
    revised = await client.mutate("revise_price_table", {"projectId": project_id, "prices": prices})
    return read(PriceTable, revised["priceTable"])
