"""Traces by OpenTelemetry's SDK, sent to a collector as OTLP over HTTP. Imported only where tracing is on.

Spans wait in a queue with a bound and are sent by a thread of their own: a collector that is slow or gone costs spans,
and nothing else.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread
from uuid import uuid4

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags
from opentelemetry.trace import SpanKind as Kind
from prometheus_client import Counter

from quarterdeck import __version__
from quarterdeck.application.ports.tracing import Attributes, Span, SpanKind, Value
from quarterdeck.domain.errors import QuarterdeckError

QUEUE = 2048
"""Spans that wait to be sent; what comes beyond is dropped."""
BATCH = 512
DELAY_MS = 1000
SEND_SECONDS = 10.0
"""What one batch may take, repetitions included."""
LAST_SECONDS = 2.0
"""What the last batches may take when the process ends."""

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
SPANS = Counter("quarterdeck_trace_spans", "Spans given to the collector, by whether it took them.", ["outcome"])
KINDS = {
    SpanKind.INTERNAL: Kind.INTERNAL,
    SpanKind.SERVER: Kind.SERVER,
    SpanKind.CLIENT: Kind.CLIENT,
    SpanKind.PRODUCER: Kind.PRODUCER,
    SpanKind.CONSUMER: Kind.CONSUMER,
}


class _Counting(SpanExporter):
    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._sent, self._failed = SPANS.labels("sent"), SPANS.labels("failed")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        (self._sent if result is SpanExportResult.SUCCESS else self._failed).inc(len(spans))
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


class _Recorded:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str:
        return written(self._span.get_span_context())

    def set(self, name: str, value: Value) -> None:
        self._span.set_attribute(name, value)


class OpenTelemetryTracer:
    """`Tracer`."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("quarterdeck", __version__)

    @contextmanager
    def span(self, name: str, kind: SpanKind, parent: str | None, attributes: Attributes) -> Generator[Span]:
        with self._tracer.start_as_current_span(
            name,
            _below(parent),
            KINDS[kind],
            attributes,
            # what an exception says may hold what a user wrote
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _Recorded(span)
            except Exception as error:
                _fail(span, kind, error)
                raise

    def record(self, name: str, kind: SpanKind, parent: str, start: int, attributes: Attributes) -> None:
        self._tracer.start_span(name, _below(parent), KINDS[kind], attributes, start_time=start).end()

    def current(self) -> str | None:
        context = trace.get_current_span().get_span_context()
        return written(context) if context.is_valid else None

    def close(self) -> None:
        """Sends what waits, for a moment, and ends."""
        closing = Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        closing.start()
        closing.join(LAST_SECONDS)


def tracer(service: str, endpoint: str, headers: Mapping[str, str], ratio: float) -> OpenTelemetryTracer:
    """Sends the spans of `service` to the collector at `endpoint`; of traces that begin here, only this share."""
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", headers=headers, timeout=SEND_SECONDS)
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(ratio)), resource=_resource(service), shutdown_on_exit=False
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            _Counting(exporter), max_queue_size=QUEUE, schedule_delay_millis=DELAY_MS, max_export_batch_size=BATCH
        )
    )
    return OpenTelemetryTracer(provider)


def _resource(service: str) -> Resource:
    return Resource.create(
        {
            "service.name": service,
            "service.namespace": "quarterdeck",
            "service.version": __version__,
            "service.instance.id": str(uuid4()),
        }
    )


def written(context: SpanContext) -> str:
    """As a traceparent."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def _below(traceparent: str | None) -> Context | None:
    """Where a child of it begins; what is no traceparent begins a trace. None: wherever this code runs."""
    if traceparent is None:
        return None
    found = TRACEPARENT.fullmatch(traceparent)
    if not found:
        return Context()
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())


def _fail(span: trace.Span, kind: SpanKind, error: Exception) -> None:
    if isinstance(error, QuarterdeckError):
        span.set_attribute("error.type", error.code)
        if kind is SpanKind.SERVER:
            # what a server answers to a request that is wrong is no failure of the server's
            return
    else:
        span.set_attribute("error.type", type(error).__qualname__)
    span.set_status(Status(StatusCode.ERROR))
