"""A task's way from the first word to its end, typed by those who work on it."""

import asyncio
import json
import subprocess
from functools import partial
from typing import Any

import pytest
from tests.support.followed_files import commit_tasks, tasks_on_main
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.account("user")]


async def test_a_task_is_written_claimed_at_once_by_several_worked_on_and_done(product: Product) -> None:
    home = ("-p", "deck")
    watch = product.popen(("qd", "task", "tail", *home, "--after", "0", "--json"), stdout=subprocess.PIPE)
    try:
        first = product.ask("task", "add", "Fix the log-in", *home, "--label", "bug", "--body", "Tokens are refused.")
        second = product.ask("task", "add", "Tell of it", *home, "--after", first["reference"])
        task, later = first["reference"], second["reference"]
        session = product.ask("session", "open", *home)["id"]

        refused = product.qd("task", "claim", later, *home)
        assert (refused.returncode, f"{later} waits for {task}".encode() in refused.stderr) == (75, True)

        claim = partial(product.qd, "task", "claim", task, *home, "--lease", "10m", "--session", session)
        claims = await asyncio.gather(*(asyncio.to_thread(claim) for _ in range(3)))
        assert sorted(each.returncode for each in claims) == [0, 75, 75]

        for words in (
            ("status", task, "in-progress"),
            ("note", task, "found it", "--session", session),
            ("link", task, "session", session),
            ("status", task, "done", "--reason", "shipped"),
        ):
            done = product.qd("task", *words, *home)
            assert done.returncode == 0, done.stderr.decode()

        shown = product.ask("task", "show", task, *home)
        assert (shown["task"]["status"], shown["task"]["reason"], shown["task"]["claim"]) == ("DONE", "shipped", None)
        assert [note["sessionId"] for note in shown["notes"]] == [session]
        assert [link["sessionId"] for link in shown["task"]["links"]] == [session]
        claimed = product.ask("task", "history", task, *home, "--field", "claim")
        assert [each["sessionId"] for each in claimed] == [session]
        assert [each["reference"] for each in product.ask("task", "search", "token", *home)] == [task]
        board = {column["key"]: column["count"] for column in product.ask("task", "board", *home, "--all")}
        assert (board["open"], board["done"]) == (1, 1)
        events = product.ask("events", "list", "--session", session)
        assert {"TaskClaimed", "TaskProgressNoted"} <= {each["topic"] for each in events}

        held = product.ask("task", "claim", later, *home, "--lease", "10s")
        assert held["claim"]["number"] == 1
        await eventually(lambda: _is_open(product, later), within=60)
        assert product.qd("session", "close", session).returncode == 0
    finally:
        watch.terminate()
        told, _ = watch.communicate(timeout=30)
    changes = [json.loads(line) for line in told.splitlines()]
    positions = [each["position"] for each in changes]
    assert positions == sorted(set(positions))
    assert [each["topic"] for each in changes if each["task"]["reference"] == task] == [
        "TaskCreated",
        "TaskClaimed",
        "TaskStatusChanged",
        "TaskProgressNoted",
        "TaskLinked",
        "TaskStatusChanged",
    ]
    assert changes[-1]["topic"] == "TaskClaimExpired"


async def test_a_session_is_started_from_a_task_holds_it_and_gives_it_back_at_its_end(product: Product) -> None:
    home = ("-p", "deck")
    task = product.ask("task", "add", "Greet", *home, "--body", "Say hello.")["reference"]

    script = (
        'echo "$QD_TASK $QD_TASK_TITLE"; grep hello "$QD_TASK_FILE"; git status --porcelain; echo hello > new; exit 3'
    )
    ran = product.qd("task", "start", task, *home, "--lease", "10s", "--", script)
    assert (ran.returncode, ran.stdout.decode()) == (3, f"{task} Greet\nSay hello.\n"), ran.stderr.decode()
    again = product.qd("task", "start", task, *home)
    assert (again.returncode, b"for you already" in again.stderr) == (75, True)

    [session] = [each for each in product.ask("session", "list") if each["task"]]
    assert (session["task"]["reference"], session["task"]["status"]) == (task, "IN_PROGRESS")
    await eventually(lambda: _was_renewed(product, session["id"]), within=60)
    recorded = product.qd(
        *("usage", "record", *home, "--provider", "local", "--model", "m", "--response-id", "r1"),
        *("--input-tokens", "7", "-s", session["id"]),
    )
    assert recorded.returncode == 0, recorded.stderr.decode()
    assert product.qd("session", "close", session["id"]).returncode == 0
    await eventually(lambda: _is_open(product, task), within=60)
    [work] = await eventually(lambda: product.ask("task", "show", task, *home)["work"], within=60)
    assert (work["sessionId"], work["how"], work["missing"]) == (session["id"], "CLOSED", None)
    assert (work["filesChanged"], work["linesAdded"], work["linesRemoved"]) == (1, 1, 0)
    assert [(each["path"], each["status"]) for each in work["largestChanges"]] == [("new", "added")]
    assert [(each["exitCode"], each["failed"]) for each in work["lastCommands"]] == [(3, True)]
    assert work["usage"]["tokens"] == 7
    shown = product.qd("task", "show", task, *home).stdout.decode()
    assert "+1 -0 in 1 file  1 command, 1 failed  7 tokens, cost unknown" in shown
    history = product.ask("task", "history", task, *home, "--field", "claim")
    assert [each["actor"] for each in history] == ["conductor", history[1]["actor"]]


def _was_renewed(product: Product, session: str) -> bool:
    events: Any = product.ask("events", "list", "--session", session)
    return any(each["topic"] == "TaskClaimRenewed" for each in events)


def _is_open(product: Product, task: str) -> bool:
    shown: Any = product.ask("task", "show", task, "-p", "deck")
    return bool(shown["task"]["status"] == "OPEN")


async def test_a_task_file_is_edited_in_commits_by_qd_and_in_a_session_and_a_killed_conductor_loses_nothing(
    product: Product,
) -> None:
    path, home = product.repository("harbour"), ("-p", "harbour")
    commit_tasks(product, path, "# Tasks\n\n- [ ] Paint the mast\n")
    assert product.qd("project", "add", str(path)).returncode == 0
    assert product.qd("project", "set", "tasks-sync=on", *home).returncode == 0
    assert _synchronized(product) == "# Tasks\n\n- [ ] **T-1** Paint the mast\n"

    assert product.qd("task", "add", "Sew a sail", *home).returncode == 0
    commit_tasks(product, path, "# Tasks\n\n- [ ] **T-1** Paint the mast #hull\n")
    await product.kill("conductor")
    assert _synchronized(product) == "# Tasks\n\n- [ ] **T-1** Paint the mast #hull\n- [ ] **T-2** Sew a sail\n"
    assert product.ask("task", "show", "T-1", *home)["task"]["labels"] == ["hull"]

    edit = "sed -i 's/- \\[ \\] \\*\\*T-2/- [x] **T-2/' docs/TASKS.md; echo '- [ ] Found here' >> docs/TASKS.md"
    ran = product.qd("run", *home, "--", edit)
    assert ran.returncode == 0, ran.stderr.decode()
    await eventually(lambda: "- [x] **T-2** Sew a sail\n- [ ] **T-3** Found here\n" in tasks_on_main(path), within=60)
    history = product.ask("task", "history", "T-3", *home)
    assert (history[-1]["actorKind"], bool(history[-1]["sessionId"])) == ("user", True)

    assert product.qd("task", "edit", "T-1", "--title", "Oil the mast", *home).returncode == 0
    commit_tasks(product, path, tasks_on_main(path).replace("Paint the mast", "Tar the mast"))
    await eventually(lambda: product.ask("task", "show", "T-1", *home)["task"]["conflicted"], within=60)
    assert product.qd("task", "resolve", "T-1", "--take", "file", *home).returncode == 0
    assert "**T-1** Tar the mast" in _synchronized(product)
    shown = product.ask("project", "show", "harbour")["taskSync"]
    assert (shown["state"], shown["conflicts"], shown["error"]) == ("IN_STEP", 0, None)


def _synchronized(product: Product) -> str:
    done = product.qd("task", "sync", "-p", "harbour")
    assert done.returncode == 0, done.stderr.decode() + product.logs()
    return tasks_on_main(product.home / "harbour")
