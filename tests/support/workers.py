"""Workers on real parts, each a process of its own."""

from contextlib import AbstractContextManager

from tests.support.deck import Deck
from tests.support.part_processes import part_process
from tests.support.ready import ReadyProcess
from tests.support.runtimes import give_runtime
from tests.support.services import Database


def worker_process(
    deck: Deck, database: Database, nats_url: str, prefix: str, **more: str
) -> AbstractContextManager[ReadyProcess]:
    if more.get("docker"):
        give_runtime(deck.folder / more.get("home", ".") / "worker")
    given = {"database_url": database.app_url, "nats_url": nats_url, "prefix": prefix, "folder": str(deck.folder)}
    return part_process("tests.support.worker_process", more | given)
