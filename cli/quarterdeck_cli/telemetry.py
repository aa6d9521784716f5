"""Spans of `qd` by OpenTelemetry's SDK. A collector that does not answer costs half a second at most, and no word."""

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from threading import Thread
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from quarterdeck_cli.errors import CliError
from quarterdeck_cli.tracing import End, Headers

SEND_SECONDS = 0.5
_propagator = TraceContextTextMapPropagator()


class OpenTelemetryTracer:
    """`headers` as `name=value`, separated by commas; `parent`: the traceparent of who called."""

    def __init__(self, endpoint: str, headers: str, parent: str | None) -> None:
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        logging.getLogger("opentelemetry").propagate = False
        given = (each.strip().partition("=") for each in headers.split(",") if "=" in each)
        exporter = OTLPSpanExporter(
            f"{endpoint.rstrip('/')}/v1/traces", headers={name: value for name, _, value in given}, timeout=SEND_SECONDS
        )
        about = {"service.name": "qd", "service.namespace": "quarterdeck", "service.version": version("quarterdeck")}
        self._provider = TracerProvider(
            sampler=ParentBased(ALWAYS_ON), resource=Resource.create(about), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("quarterdeck")
        self._parent = _propagator.extract({"traceparent": parent}) if parent else None

    @contextmanager
    def called(self, command: str) -> Generator[End]:
        """The command's name alone: what was typed may hold anything."""
        about: dict[str, str | int] = {"process.executable.name": "qd", "process.pid": os.getpid()}
        with self._tracer.start_as_current_span(
            f"qd {command.replace('_', ' ')}",
            self._parent,
            SpanKind.INTERNAL,
            about,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            def end(code: int) -> None:
                span.set_attribute("process.exit.code", code)
                if code:
                    span.set_attribute("error.type", str(code))
                    span.set_status(Status(StatusCode.ERROR))

            yield end

    @contextmanager
    def requesting(self, document: str, url: str) -> Generator[Headers]:
        parts = urlsplit(url)
        about: dict[str, str | int] = {
            "http.request.method": "POST",
            "server.address": parts.hostname or "",
            "server.port": parts.port or (443 if parts.scheme == "https" else 80),
            "graphql.operation.name": document,
        }
        with self._tracer.start_as_current_span(
            "POST", None, SpanKind.CLIENT, about, record_exception=False, set_status_on_exception=False
        ) as span:
            headers: Headers = {}
            _propagator.inject(headers)
            try:
                yield headers
            except Exception as error:
                kind = type(error.__cause__ if isinstance(error, CliError) and error.__cause__ else error)
                span.set_attribute("error.type", kind.__qualname__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def close(self) -> None:
        """Sends what waits, for a moment."""
        closing = Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(SEND_SECONDS)
