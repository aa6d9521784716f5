"""Log lines of the roles."""

import json
import subprocess
import sys
from pathlib import Path

LOG = """
import logging, structlog
from quarterdeck.config import Settings
from quarterdeck.logging import configure
configure(Settings(), "worker")
structlog.get_logger().info("ours", url="nats://me:sesame@there")
logging.getLogger("theirs").warning("theirs")
print("done")
"""


def test_they_are_one_json_object_each_without_secrets() -> None:
    done = subprocess.run([sys.executable, "-c", LOG], capture_output=True, text=True, check=True)
    ours, theirs = (json.loads(line) for line in done.stderr.splitlines())
    assert (ours["event"], ours["role"], ours["url"]) == ("ours", "worker", "nats://***@there")
    assert theirs["event"] == "theirs"


TRACED = """
from quarterdeck.adapters.telemetry import tracer
from quarterdeck.application import tracing
made = tracer("worker", "http://127.0.0.1:9", {}, 1.0)
tracing.install(made)
with tracing.span("a", parent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00") as span:
    structlog.get_logger().info(span.traceparent)
    logging.getLogger("theirs").warning(span.traceparent)
structlog.get_logger().info("outside")
"""


def test_a_line_that_is_written_in_a_span_names_it_and_its_trace() -> None:
    done = subprocess.run([sys.executable, "-c", LOG + TRACED], capture_output=True, text=True, check=True)
    *_, ours, theirs, outside = (json.loads(line) for line in done.stderr.splitlines())
    for line in (ours, theirs):
        assert line["event"].split("-")[1:3] == [line["trace_id"], line["span_id"]]
    assert "trace_id" not in outside


def test_a_full_disk_under_them_ends_nothing() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", LOG], stdout=subprocess.PIPE, stderr=full, text=True, timeout=60, check=False
        )
    assert (done.returncode, done.stdout) == (0, "done\n")
