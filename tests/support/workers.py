"""Workers on real parts, each a process of its own."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.deck import Deck
from tests.support.services import Database

ROOT = Path(__file__).parents[2]


@contextmanager
def worker_process(
    deck: Deck, database: Database, nats_url: str, prefix: str, **more: str
) -> Generator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.worker_process"], cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True
    )
    given = {
        **more,
        "database_url": database.app_url,
        "nats_url": nats_url,
        "prefix": prefix,
        "folder": str(deck.folder),
    }
    assert process.stdin
    process.stdin.write(json.dumps(given).encode())
    process.stdin.close()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
