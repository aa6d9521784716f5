"""The process's tracer: off, and on with OpenTelemetry's SDK behind it."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased

from quarterdeck.adapters.telemetry import OpenTelemetryTracer
from quarterdeck.application import tracing
from quarterdeck.application.ports.tracing import SpanKind
from quarterdeck.domain.errors import InvalidInputError

TRACE, OTHER = "0af7651916cd43dd8448eb211c80319c", "1bf7651916cd43dd8448eb211c80319c"
PARENT, UNSAMPLED = f"00-{TRACE}-b7ad6b7169203331-01", f"00-{TRACE}-b7ad6b7169203331-00"


@pytest.fixture
def recorded() -> Iterator[InMemorySpanExporter]:
    """Of traces that begin here none is recorded: only a caller's decision counts."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=ParentBased(ALWAYS_OFF), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.install(OpenTelemetryTracer(provider))
    yield exporter
    tracing.install(None)


def spans(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    return list(exporter.get_finished_spans())


def test_while_it_is_off_traceparents_pass_as_they_came() -> None:
    with tracing.span("a", parent=PARENT, attributes={"n": 1}) as span:
        span.set("m", 2)
        assert span.traceparent == PARENT
        assert tracing.nearest(PARENT) == PARENT
        assert (tracing.current(), tracing.ids(), tracing.carried()) == (None, {}, {})


def test_a_span_is_below_the_one_named_and_current_in_its_block(recorded: InMemorySpanExporter) -> None:
    with tracing.span("outer", SpanKind.CONSUMER, parent=PARENT) as outer:
        assert tracing.current() == outer.traceparent
        assert tracing.ids() == {"trace_id": TRACE, "span_id": str(outer.traceparent).split("-")[2]}
        assert tracing.carried() == {"TRACEPARENT": outer.traceparent}
        with tracing.span("inner"):
            pass
    inner, made = spans(recorded)
    assert (made.parent and f"{made.parent.span_id:x}", made.kind.name) == ("b7ad6b7169203331", "CONSUMER")
    context = made.get_span_context()
    assert inner.parent
    assert context
    assert inner.parent.span_id == context.span_id


def test_what_the_caller_does_not_record_is_not_recorded_here_and_goes_on(recorded: InMemorySpanExporter) -> None:
    with tracing.span("a", parent=UNSAMPLED) as span:
        passed = str(span.traceparent)
        assert (tracing.trace_id(passed), passed[-2:]) == (TRACE, "00")
        assert tracing.carried() == {}
    with tracing.span("of our own") as own:
        assert not tracing.is_sampled(str(own.traceparent))
    assert spans(recorded) == []


def test_the_nearest_span_is_the_current_one_only_in_the_same_trace(recorded: InMemorySpanExporter) -> None:
    with tracing.span("a", parent=PARENT) as span:
        assert tracing.nearest(PARENT) == span.traceparent
        assert tracing.nearest(None) == span.traceparent
        other = f"00-{OTHER}-b7ad6b7169203331-01"
        assert tracing.nearest(other) == other


@pytest.mark.parametrize(
    ("kind", "error", "code", "failed"),
    [
        (SpanKind.SERVER, InvalidInputError("hunter2"), "INVALID_INPUT", False),
        (SpanKind.CONSUMER, InvalidInputError("hunter2"), "INVALID_INPUT", True),
        (SpanKind.SERVER, ValueError("hunter2"), "ValueError", True),
    ],
)
def test_a_failure_is_named_and_never_quoted(
    recorded: InMemorySpanExporter, kind: SpanKind, error: Exception, code: str, failed: bool
) -> None:
    with pytest.raises(type(error)), tracing.span("a", kind, parent=PARENT):
        raise error
    (made,) = spans(recorded)
    assert made.attributes
    assert made.attributes["error.type"] == code
    assert made.status.is_ok is not failed
    assert "hunter2" not in made.to_json()


def test_what_is_no_traceparent_begins_a_trace(recorded: InMemorySpanExporter) -> None:
    with tracing.span("a", parent="00-zz-1-01") as span:
        assert tracing.trace_id(str(span.traceparent)) not in {TRACE, "zz"}
