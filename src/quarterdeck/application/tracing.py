"""The tracer of this process, as logging has its logger: off until the composition root installs one.

While it is off, a span costs a function call, and traceparents are passed on as they came.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from quarterdeck.application.ports.tracing import Attributes, Span, SpanKind, Tracer, Value

VARIABLE = "TRACEPARENT"
"""What a program finds the trace by that started it, as OpenTelemetry has it for environments."""
_NONE: Mapping[str, Value] = {}
_tracer: Tracer | None = None


@dataclass(frozen=True, slots=True)
class _Untraced:
    """A span that nobody records; its children are its parent's."""

    traceparent: str | None

    def set(self, name: str, value: Value) -> None:
        """Nothing."""

    def __enter__(self) -> Span:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def install(tracer: Tracer | None) -> None:
    """From now on this one is the process's. None: tracing is off again."""
    global _tracer  # noqa: PLW0603 - the one place that holds it
    _tracer = tracer


def is_on() -> bool:
    return _tracer is not None


def span(
    name: str, kind: SpanKind = SpanKind.INTERNAL, *, parent: str | None = None, attributes: Attributes = _NONE
) -> AbstractContextManager[Span]:
    """As `Tracer.span`."""
    if _tracer is None:
        return _Untraced(parent)
    return _tracer.span(name, kind, parent, attributes)


def record(name: str, kind: SpanKind, *, parent: str, start: int, attributes: Attributes = _NONE) -> None:
    """As `Tracer.record`."""
    if _tracer is not None:
        _tracer.record(name, kind, parent, start, attributes)


def current() -> str | None:
    """The traceparent of the span that this code runs in."""
    return _tracer.current() if _tracer else None


def nearest(traceparent: str | None) -> str | None:
    """The span that this code runs in, where it is of the same trace, else the one given.

    A task goes on with the span that it was started in, and may have come to work on another trace since.
    """
    here = current()
    if here is None or (traceparent is not None and trace_id(here) != trace_id(traceparent)):
        return traceparent
    return here


def carried() -> dict[str, str]:
    """Variables for a program that is to go on with the trace; none where it is not recorded."""
    here = current()
    return {VARIABLE: here} if here and is_sampled(here) else {}


def ids() -> dict[str, str]:
    """Of the trace and span that this code runs in, for a line of a log."""
    here = current()
    return {"trace_id": trace_id(here), "span_id": here.split("-")[2]} if here else {}


def trace_id(traceparent: str) -> str:
    return traceparent.split("-", 2)[1]


def is_sampled(traceparent: str) -> bool:
    return int(traceparent[-2:], 16) & 1 == 1
