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


def test_a_full_disk_under_them_ends_nothing() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", LOG], stdout=subprocess.PIPE, stderr=full, text=True, timeout=60, check=False
        )
    assert (done.returncode, done.stdout) == (0, "done\n")
