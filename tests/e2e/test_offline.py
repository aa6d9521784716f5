"""Lists and changes of tasks while the server is down, and what becomes of them when it is back."""

import signal
import subprocess
from typing import Any

import pytest
from tests.support.product import Product

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.account("user")]

HOME = ("-p", "offline")
KILLED_BEFORE_IT_NOTES = """
import os, signal
from quarterdeck_cli.offline.changes import Changes
Changes.done = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from quarterdeck_cli.__main__ import main
main()
"""
"""What a power cut between the server's answer and the note of it would do."""

BY_SOMEBODY_ELSE = """
import os
os.environ["QD_OFFLINE"] = "off"
from quarterdeck_cli.__main__ import main
main()
"""
"""Who knows nothing of what waits here."""


async def test_what_is_changed_while_the_server_is_down_is_done_once_when_it_is_back(own_product: Product) -> None:
    product = own_product
    product.project("offline")
    task = product.ask("task", "add", "Fix the log-in", *HOME, "--label", "bug")["reference"]
    other = product.ask("task", "add", "Tell of it", *HOME)["reference"]
    product.ask("task", "claim", task, *HOME)
    before = product.ask("task", "list", *HOME)
    product.ask("session", "list")
    assert product.stop() == 0

    listed = product.qd("task", "list", *HOME)
    assert listed.returncode == 0
    assert b"the server at http://127.0.0.1" in listed.stderr
    assert b"does not answer" in listed.stderr
    assert [_without_age(each) for each in product.ask("task", "list", *HOME)] == before
    assert product.qd("session", "list").returncode == 0
    for words in (
        ("note", task, "half way", *HOME),
        ("status", task, "in-progress", *HOME),
        ("edit", task, "--title", "Fix every log-in", *HOME),
        ("add", "Thought of offline", *HOME),
        ("note", "new-1", "and more of it"),
    ):
        done = product.qd("task", *words)
        assert done.returncode == 0, done.stderr.decode()
    assert [each["title"] for each in product.ask("task", "list", *HOME) if each.get("pending")] == [
        *("Thought of offline", "Fix every log-in"),
    ]

    product.start()
    await product.ready()
    assert _run(product, KILLED_BEFORE_IT_NOTES, "sync") == -signal.SIGKILL
    assert len(product.ask("pending", "list")) == 5
    sent = product.qd("task", "list", *HOME)
    assert b"Sent 5 changes made offline" in sent.stderr, sent.stderr.decode()
    shown = product.ask("task", "show", task, *HOME)
    assert (shown["task"]["title"], shown["task"]["status"]) == ("Fix every log-in", "IN_PROGRESS")
    assert [each["text"] for each in shown["notes"]] == ["half way"]
    made = product.ask("task", "show", "new-1")
    assert [each["text"] for each in made["notes"]] == ["and more of it"]
    assert [each["title"] for each in product.ask("task", "list", *HOME)].count("Thought of offline") == 1

    await _conflicts_wait_for_a_decision(product, other)

    told = {each["kind"]: each["count"] for each in product.ask("away", *HOME, "--mark-read")["groups"]}
    assert told == {"TASK_FINISHED": 1, "TASK_CREATED": 3}
    assert product.ask("away", *HOME)["groups"] == []
    assert {each["kind"] for each in product.ask("away", *HOME, "--since", "1h")["groups"]} == set(told)


async def _conflicts_wait_for_a_decision(product: Product, task: str) -> None:
    assert product.stop() == 0
    assert product.qd("task", "edit", task, "--title", "Mine", *HOME).returncode == 0
    assert product.qd("task", "status", task, "done", *HOME).returncode == 0
    product.start()
    await product.ready()
    assert _run(product, BY_SOMEBODY_ELSE, "task", "edit", task, "--title", "Theirs", *HOME) == 0

    refused = product.qd("sync")
    assert refused.returncode == 75, refused.stderr.decode()
    first, second = product.ask("pending", "list")
    assert first["trouble"]
    assert second["trouble"] is None
    assert product.ask("task", "show", task, *HOME)["task"]["title"] == "Theirs"
    retried = product.qd("pending", "retry", str(first["number"]))
    assert retried.returncode == 0, retried.stderr.decode()
    mine = product.ask("task", "show", task, *HOME)["task"]
    assert (mine["title"], mine["status"]) == ("Mine", "DONE")
    assert product.ask("pending", "list") == []


def _run(product: Product, program: str, *words: str) -> int:
    process = product.popen(("python", "-P", "-c", program, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.communicate(timeout=60)
    return process.returncode


def _without_age(task: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in task.items() if name != "staleSince"}
