"""A project's task file with 500 tasks, brought together with as many in the log: read, merged, written.

It is computing and nothing else, so processor time is measured. The peer reads the file with markdown-it-py alone,
inline text included.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from markdown_it import MarkdownIt
from tests.support.task_desk import PATH, Desk

from benchmarks.row import Row
from quarterdeck.domain.task_events import TaskStatus

Made = TypeVar("Made")
TASKS = 500
ROUNDS = 7
LIMIT_MS = 300
TASK = """\
- [ ] Mend the login, part {number} @ada #auth !high status:in-progress

  It fails behind proxies that change the host.
  Nobody knows since when.

  Acceptance:
  - [ ] A token logs in behind a proxy
  - [x] The old tests pass

  Notes:
  - 2026-11-20 @ada: The cause is the check of the scope.
"""


async def run() -> list[Row]:
    text = "# Tasks\n\n" + "".join(TASK.format(number=number) for number in range(TASKS))
    peer = _median(lambda: None, lambda _: MarkdownIt("commonmark").parse(text))
    found = {
        "all are new and get their ids": _median(lambda: _new(text), Desk.synchronize),
        "nothing has changed": _median(lambda: _known(text), Desk.synchronize),
        "50 changed in the file, 50 in the log": _median(lambda: _changed(text), Desk.synchronize),
        "all changed in the log, in head and body": _median(lambda: _rewritten(text), Desk.synchronize),
    }
    return [_row(name, value, peer) for name, value in found.items()]


def _row(name: str, value: float, peer: float) -> Row:
    return Row(
        name=f"{TASKS} tasks read, merged and written: {name}, p50",
        value=value,
        unit="ms",
        peer="markdown-it-py reads them",
        peer_value=peer,
        limit=f"<= {LIMIT_MS} ms",
        met=value <= LIMIT_MS,
    )


def _median(make: Callable[[], Made], act: Callable[[Made], object]) -> float:
    taken: list[float] = []
    for _ in range(ROUNDS):
        made = make()
        began = time.process_time()
        act(made)
        taken.append(time.process_time() - began)
    return statistics.median(taken) * 1e3


def _new(text: str) -> Desk:
    desk = Desk()
    desk.text = text
    return desk


def _known(text: str) -> Desk:
    desk = _new(text)
    desk.synchronize()
    return desk


def _changed(text: str) -> Desk:
    desk = _known(text)
    desk.files[PATH] = desk.files[PATH].replace(b"status:in-progress", b"status:in-review", 50)
    for number in range(TASKS - 49, TASKS + 1):
        desk.edit(number, status=TaskStatus.DONE, owner="bo")
    return desk


def _rewritten(text: str) -> Desk:
    desk = _known(text)
    desk.api = {number: replace(task, owner="bo", body=f"{task.body}\n\nMore.") for number, task in desk.api.items()}
    return desk
