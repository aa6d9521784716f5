"""Traces, metrics and logs of the whole product, as a collector and an operator see them."""

import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from tests.e2e.conftest import ACCOUNTS
from tests.support.collector import Collector, Span, collecting
from tests.support.house import free_port
from tests.support.product import Product, product_for
from tests.support.waiting import eventually

from quarterdeck.bootstrap.metrics import metrics
from quarterdeck.bootstrap.telemetry import PORTS

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.account("root")]

SECRET = "hunter2-in-the-command"
COLLECTOR_SECRET = "sesame-of-the-collector"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def traced(account: str, collector: Collector) -> AsyncIterator[Product]:
    settings = {
        "QD_OTLP_ENDPOINT": collector.url,
        "QD_OTLP_HEADERS": f"authorization=Bearer {COLLECTOR_SECRET}",
        "QD_LOG_LEVEL": "debug",
        "QD_METRICS_PORT": str(free_ports(3)),
    }
    with product_for(ACCOUNTS[account], settings) as made:
        made.prepare()
        await made.begin()
        yield made


class Trace:
    """The spans of one trace, and who is whose parent."""

    def __init__(self, spans: list[Span]) -> None:
        self.spans = spans

    def above(self, span: Span) -> Span:
        return next(each for each in self.spans if each.span_id == span.parent_id)

    def only(self, service: str, name: str) -> Span:
        return _one([each for each in self.spans if (each.service, each.name) == (service, name)])

    def append(self, topic: str) -> Span:
        """The append of the event of that topic."""
        return _one([s for s in self.spans if topic in str(s.attributes.get("quarterdeck.event.topics", ""))])

    def projections_of(self, append: Span) -> list[Span]:
        return [s for s in self.spans if s.service == "quarterdeck-projector" and s.parent_id == append.span_id]


def _one(found: list[Span]) -> Span:
    assert len(found) == 1, found
    return found[0]


def trace_of(collector: Collector, trace_id: str) -> Trace:
    """Whole: every span's parent is there, and the read models have the session's end."""
    trace = Trace(collector.of_trace(trace_id))
    assert trace.only("qd", "qd run")
    assert trace.projections_of(trace.append("CommandFinished"))
    assert trace.projections_of(trace.append("SessionClosed"))
    ids = {span.span_id for span in trace.spans}
    assert [span for span in trace.spans if span.parent_id and span.parent_id not in ids] == []
    return trace


async def test_one_trace_goes_from_the_client_into_the_jail_and_to_the_read_models(
    traced: Product, collector: Collector
) -> None:
    done = traced.qd("run", "-p", "deck", "--", f"echo $TRACEPARENT # {SECRET}")
    assert done.returncode == 0, done.stderr.decode() + traced.logs()
    _, trace_id, in_jail, flags = done.stdout.decode().strip().split("-")

    trace = await eventually(lambda: trace_of(collector, trace_id), within=20)

    start = trace.only("quarterdeck-worker", "jail start")
    run = trace.above(start)
    job = trace.above(run)
    sent = trace.above(job)
    asked = trace.above(sent)
    request = trace.above(asked)
    client = trace.above(request)
    call = trace.above(client)
    shown = [(s.service, s.name, s.kind) for s in (start, run, job, asked, request, client, call)]
    assert shown == [
        ("quarterdeck-worker", "jail start", "INTERNAL"),
        ("quarterdeck-worker", "run command", "INTERNAL"),
        ("quarterdeck-worker", "process jobs.run_command", "CONSUMER"),
        ("quarterdeck-gateway", "INSERT log.events", "CLIENT"),
        ("quarterdeck-gateway", "POST /graphql", "SERVER"),
        ("qd", "POST", "CLIENT"),
        ("qd", "qd run", "INTERNAL"),
    ]
    assert (sent.name, sent.kind) == ("send jobs.run_command", "PRODUCER")
    assert sent.service in {"quarterdeck-gateway", "quarterdeck-conductor"}
    assert request.attributes["graphql.operation.name"] == "RunCommand"
    assert "CommandRequested" in str(asked.attributes["quarterdeck.event.topics"])
    assert call.parent_id == ""
    assert in_jail == run.span_id
    assert int(flags, 16) & 1, "it is to be recorded there, too"

    started, finished = trace.append("CommandStarted"), trace.append("CommandFinished")
    assert trace.above(started) == trace.above(finished) == run
    assert started.end <= start.start <= start.end <= finished.start
    assert trace.projections_of(finished)[0].name == "project log.events"
    assert "quarterdeck-conductor" in {span.service for span in trace.spans}
    assert not any(span.failed for span in trace.spans)


async def test_the_events_of_the_log_carry_the_trace(traced: Product, collector: Collector) -> None:
    done = traced.qd("run", "-p", "deck", "--", "echo $TRACEPARENT")
    trace_id = done.stdout.decode().split("-")[1]
    trace = await eventually(lambda: trace_of(collector, trace_id), within=20)

    events = traced.ask("events", "list", "-p", "deck")
    ours = [event for event in events if trace_id in (event["traceparent"] or "")]

    appends = {span.span_id for span in trace.spans if span.name == "INSERT log.events"}
    assert {event["traceparent"].split("-")[2] for event in ours} <= appends
    assert {"CommandRequested", "CommandFinished"} <= {event["topic"] for event in ours}


async def test_a_log_line_says_which_span_it_was_written_in(traced: Product, collector: Collector) -> None:
    traced.qd("session", "open", "-p", "deck", "--ref", "no-such-branch")

    def line() -> dict[str, str]:
        text = (traced.data / "logs" / "worker.log").read_text()
        lines = [json.loads(each) for each in text.splitlines() if each.startswith("{")]
        found: list[dict[str, str]] = [each for each in lines if each["event"] == "a session cannot be made"]
        assert found
        return found[0]

    said = await eventually(line, within=20)

    def span() -> Span:
        return _one([each for each in collector.of_trace(said["trace_id"]) if each.span_id == said["span_id"]])

    assert (await eventually(span, within=20)).name == "process jobs.provision_session"


async def test_a_collector_that_says_nothing_neither_delays_nor_disturbs_a_call(traced: Product) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answers = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for endpoint in (answers, f"http://127.0.0.1:{free_port()}"):
            began = time.monotonic()
            call = traced.popen(("qd", "whoami"), stdout=-1, stderr=-1, more={"QD_OTLP_ENDPOINT": endpoint})
            out, err = call.communicate(timeout=30)
            assert (call.returncode, err) == (0, b""), err
            assert out
            assert time.monotonic() - began < 15


async def test_each_role_tells_metrics_and_none_that_is_not_in_the_table(traced: Product) -> None:
    assert traced.qd("run", "-p", "deck", "--", "exit 4").returncode == 4
    told = told_by(traced)

    counted = {
        "gateway": 'quarterdeck_gateway_requests_total{outcome="200",transport="http"}',
        "worker": 'quarterdeck_worker_commands_total{reason="exited"}',
        "conductor": 'quarterdeck_conductor_jobs_total{kind="provision_session"}',
        "projector": "quarterdeck_projection_events_total",
    }
    for role, sample in counted.items():
        found = re.findall(rf"^{re.escape(sample)} (\S+)$", told[role], re.MULTILINE)
        assert found, told[role]
        assert float(found[0]) >= 1
    names = re.findall(r"(?m)^(quarterdeck_\w+)", "".join(told.values()))
    shown = {name.removesuffix("_created") for name in names}
    known = {name for each in metrics() for name in (*each.samples, each.name)}
    assert shown <= known


async def test_nothing_secret_is_in_spans_metrics_or_logs(traced: Product, collector: Collector) -> None:
    traced.qd("run", "-p", "deck", "--", f"echo {SECRET}; false")
    tokens = tokens_of(traced)
    assert tokens
    await eventually(lambda: any(span.failed for span in collector.named("qd", "qd run")), within=20)

    told = b"".join(collector.bodies) + (_text(traced.data / "logs") + "".join(told_by(traced).values())).encode()
    for secret in (SECRET, COLLECTOR_SECRET, *tokens):
        assert secret.encode() not in told
    assert collector.headers[0]["authorization"] == f"Bearer {COLLECTOR_SECRET}"
    assert b"RunCommand" in told


def free_ports(count: int) -> int:
    """The first of so many that are free, one after the other."""
    while True:
        first = free_port()
        with ExitStack() as stack, suppress(OSError):
            for port in range(first, first + count):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
            return first


def tokens_of(product: Product) -> list[str]:
    return re.findall(r"qd_[0-9a-f]{32}_[A-Za-z0-9_-]+", _text(product.config) + _text(product.data / "run"))


def told_by(product: Product) -> dict[str, str]:
    """What Prometheus gets of each role."""
    first = int(product.settings["QD_METRICS_PORT"])
    (token,) = re.findall(r"qd_[0-9a-f]{32}_[A-Za-z0-9_-]+", _text(product.config))
    own = {role: f"http://127.0.0.1:{first + place}/metrics" for role, place in PORTS.items()}
    told = {role: httpx2.get(url).raise_for_status().text for role, url in own.items()}
    gateway = f"http://127.0.0.1:{product.port}/metrics"
    assert httpx2.get(gateway).status_code == 401
    headers = {"Authorization": f"Bearer {token}"}
    return {**told, "gateway": httpx2.get(gateway, headers=headers).raise_for_status().text}


def _text(folder: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())
