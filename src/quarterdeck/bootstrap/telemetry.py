"""What a role tells about itself: its traces to a collector, its metrics to whoever asks at its port."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager

import structlog

from quarterdeck.application import tracing
from quarterdeck.config import Settings
from quarterdeck.domain.errors import QuarterdeckError

PORTS = {"worker": 0, "conductor": 1, "projector": 2}
"""Beyond QD_METRICS_PORT. The gateway has its metrics at /metrics, for who has a token."""
logger = structlog.get_logger(__name__)


@contextmanager
def telemetry(settings: Settings, role: str) -> Generator[None]:
    with ExitStack() as stack:
        if settings.otlp_endpoint:
            stack.enter_context(_tracing(settings, settings.otlp_endpoint, role))
        if settings.metrics_port and role in PORTS:
            stack.enter_context(_metrics(settings.metrics_host, settings.metrics_port + PORTS[role]))
        yield


@contextmanager
def _tracing(settings: Settings, endpoint: str, role: str) -> Generator[None]:
    from quarterdeck.adapters.telemetry import tracer

    made = tracer(f"quarterdeck-{role}", endpoint, settings.trace_headers, settings.trace_ratio)
    tracing.install(made)
    try:
        yield
    finally:
        tracing.install(None)
        made.close()


@contextmanager
def _metrics(host: str, port: int) -> Generator[None]:
    from prometheus_client import start_http_server

    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        raise QuarterdeckError(
            f"Metrics cannot be told at {host}:{port}: {error.strerror}.", "Set QD_METRICS_PORT to another port."
        ) from error
    logger.info("metrics are told", host=host, port=port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
