"""An OpenTelemetry collector: OTLP over HTTP, as its specification has it, which keeps what it is sent."""

import gzip
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan


@dataclass(frozen=True)
class Span:
    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: Mapping[str, object]
    failed: bool = False
    start: int = 0
    end: int = 0


@dataclass
class Collector:
    url: str
    spans: list[Span] = field(default_factory=list[Span])
    bodies: list[bytes] = field(default_factory=list[bytes])
    headers: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])
    answers: Event = field(default_factory=Event)
    """Cleared: it takes what comes and says nothing."""

    def take(self, headers: Mapping[str, str], body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        self.headers.append(headers)
        self.bodies.append(body)
        for resource in request.resource_spans:
            service = str(_attributes(resource.resource.attributes)["service.name"])
            self.spans += [_span(service, span) for scope in resource.scope_spans for span in scope.spans]

    def named(self, service: str, name: str) -> list[Span]:
        return [span for span in list(self.spans) if (span.service, span.name) == (service, name)]

    def of_trace(self, trace_id: str) -> list[Span]:
        return [span for span in list(self.spans) if span.trace_id == trace_id]


@contextmanager
def collecting() -> Generator[Collector]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    collector.answers.set()
    vars(server)["collector"] = collector
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        sound = self.path == "/v1/traces" and self.headers["Content-Type"] == "application/x-protobuf"
        if sound:
            vars(self.server)["collector"].take(dict(self.headers), body)
        vars(self.server)["collector"].answers.wait()
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200 if sound else 404)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class has
        """Nothing."""


def _span(service: str, span: ProtoSpan) -> Span:
    return Span(
        service=service,
        name=span.name,
        kind=ProtoSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        attributes=_attributes(span.attributes),
        failed=span.status.code == 2,
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, object]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> object:
    which = value.WhichOneof("value")
    if which == "array_value":
        return [_value(each) for each in value.array_value.values]
    return getattr(value, which) if which else None
