"""Sending spans to a collector, and to none."""

import socket
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager

import pytest
from prometheus_client import REGISTRY
from tests.support.collector import collecting
from tests.support.house import free_port

from quarterdeck.adapters.telemetry import BATCH, LAST_SECONDS, QUEUE, OpenTelemetryTracer, tracer
from quarterdeck.application.ports.tracing import SpanKind
from quarterdeck.bootstrap.telemetry import telemetry
from quarterdeck.config import Settings
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.host.errors import SettingsError
from quarterdeck.host.settings import load

MANY = 3 * QUEUE


@contextmanager
def nobody() -> Generator[str]:
    yield f"http://127.0.0.1:{free_port()}"


@contextmanager
def silence() -> Generator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def make_spans(made: OpenTelemetryTracer, count: int) -> None:
    for _ in range(count):
        with made.span("a", SpanKind.INTERNAL, None, {"n": 1}):
            pass


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("quarterdeck_trace_spans_total", {"outcome": outcome}) or 0.0


def test_spans_reach_the_collector_with_headers_and_who_sent_them() -> None:
    before = counted("sent")
    with collecting() as collector:
        made = tracer("quarterdeck-worker", collector.url, {"x-team": "deck"}, 1.0)
        make_spans(made, 3)
        made.close()
        assert [(span.service, span.name, span.attributes) for span in collector.spans] == [
            ("quarterdeck-worker", "a", {"n": 1})
        ] * 3
        assert collector.headers[0]["x-team"] == "deck"
    assert counted("sent") == before + 3


def test_of_traces_that_begin_here_only_the_share_is_recorded_and_a_callers_decision_counts_first() -> None:
    with collecting() as collector:
        made = tracer("quarterdeck-gateway", collector.url, {}, 0.0)
        make_spans(made, 3)
        with made.span("asked for", SpanKind.SERVER, f"00-{'a' * 32}-{'b' * 16}-01", {}):
            pass
        made.close()
        assert [span.name for span in collector.spans] == ["asked for"]


@pytest.mark.parametrize("collector", [nobody, silence])
def test_without_a_collector_nothing_waits(
    collector: Callable[[], AbstractContextManager[str]], caplog: pytest.LogCaptureFixture
) -> None:
    with collector() as url:
        made = tracer("quarterdeck-worker", url, {"authorization": "Bearer sesame"}, 1.0)
        began = time.monotonic()
        make_spans(made, MANY)
        making = time.monotonic() - began
        began = time.monotonic()
        made.close()
        closing = time.monotonic() - began
    assert making < MANY * 0.001
    assert closing < LAST_SECONDS + 1
    assert "sesame" not in caplog.text


def test_what_waits_for_a_slow_collector_has_a_bound() -> None:
    with collecting() as collector:
        collector.answers.clear()
        made = tracer("quarterdeck-worker", collector.url, {}, 1.0)
        make_spans(made, MANY)
        collector.answers.set()
        made.close()
        # beside what waits, one batch is on its way
        assert QUEUE <= len(collector.spans) <= QUEUE + BATCH


def test_a_port_that_is_taken_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(metrics_port=taken.getsockname()[1])
        with pytest.raises(QuarterdeckError, match=r"Metrics cannot be told at 127\.0\.0\.1:.*in use") as refused:
            with telemetry(settings, "worker"):
                pass
        assert "QD_METRICS_PORT" in refused.value.next_step


@pytest.mark.parametrize(
    "given",
    [
        {"otlp_endpoint": "collector:4318"},
        {"otlp_endpoint": "http://me:sesame@collector:4318"},
        {"otlp_headers": "no value"},
        {"trace_ratio": 1.5},
        {"metrics_port": 65535},
    ],
)
def test_a_wrong_setting_is_refused_by_name_and_not_quoted(given: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as refused:
        load(**given)
    assert f"QD_{next(iter(given)).upper()}" in refused.value.message
    assert "sesame" not in refused.value.message
