"""What the projector counts, for Prometheus."""

from collections.abc import Callable, Sequence

from prometheus_client import Counter, Gauge, Histogram

from quarterdeck_projections.standing import Standing

POSITION = Gauge(
    "quarterdeck_projection_position", "Position in the log up to which a read model has come.", ["projection"]
)
LAG = Gauge("quarterdeck_projection_lag_events", "Events that a read model is behind the log.", ["projection"])
FAILING = Gauge(
    "quarterdeck_projection_failing", "Failures in a row at the event that a read model stands at.", ["projection"]
)
EVENTS = Counter("quarterdeck_projection_events", "Events brought into read models, each once for all that take it.")
SECONDS = Histogram(
    "quarterdeck_projection_batch_seconds",
    "Time to write a batch of events to the read models.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def watch(standings: Sequence[Standing], head: Callable[[], int]) -> None:
    """From now on the gauges tell of these, each time they are asked."""
    for standing in standings:
        _watch(standing, head)


def _watch(standing: Standing, head: Callable[[], int]) -> None:
    POSITION.labels(standing.name).set_function(lambda: standing.position)
    LAG.labels(standing.name).set_function(lambda: max(0, head() - standing.position))
    FAILING.labels(standing.name).set_function(lambda: standing.failures)
