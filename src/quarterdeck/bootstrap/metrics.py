"""The table of all metrics: `python -m quarterdeck.bootstrap.metrics` writes `docs/reference/metrics.md`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import cast

from prometheus_client.metrics import MetricWrapperBase

from quarterdeck.adapters import telemetry
from quarterdeck.adapters.postgres import metrics as log
from quarterdeck.conductor import metrics as conductor
from quarterdeck.gateway import metrics as gateway
from quarterdeck.worker import metrics as worker
from quarterdeck_projections import metrics as projector

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"
SOURCES: tuple[tuple[str, ModuleType], ...] = (
    ("gateway", gateway),
    ("worker", worker),
    ("conductor", conductor),
    ("projector", projector),
    ("gateway, worker, conductor", log),
    ("all, with traces", telemetry),
)
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
HEAD = """\
# Metrics

Made by `python -m quarterdeck.bootstrap.metrics`; do not edit. Where each role tells them:
[Telemetry](../guide/operating/telemetry.md). A counter's samples end in `_total`, a histogram's in `_bucket`, `_count`
and `_sum`. Labels have few values, and none is an id. Beside these there are Python's own, `process_…` and `python_…`.

| role | metric | kind | labels | meaning |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Metric:
    roles: str
    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str

    @property
    def samples(self) -> tuple[str, ...]:
        return tuple(self.name + suffix for suffix in SUFFIXES[self.kind])


def metrics() -> Iterator[Metric]:
    for roles, module in SOURCES:
        for collector in vars(module).values():
            if isinstance(collector, MetricWrapperBase):
                (told,) = collector.describe()
                # the library has no other way to ask for them
                labels = cast("tuple[str, ...]", vars(collector)["_labelnames"])
                yield Metric(roles, told.name, told.type, labels, told.documentation)


def page() -> str:
    rows = [
        f"| {each.roles} | `{each.name}` | {each.kind} | {', '.join(each.labels)} | {each.meaning} |"
        for each in metrics()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
