"""`qd` while its server does not answer, and when it does again."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.tasks import add_task
from tests.support.fake_gateway.world import TOKEN, Json
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli.exitcodes import ExitCode


class Server:
    """One address, at which somebody answers or not."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._stack = ExitStack()
        self.port = 0

    def up(self) -> str:
        gateway = self._stack.enter_context(FakeGateway(self.world, self.port))
        self.port = gateway.port
        return gateway.url

    def down(self) -> None:
        self._stack.close()


@pytest.fixture
def server(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server(world)
    monkeypatch.setenv("QD_URL", server.up())
    monkeypatch.setenv("QD_TOKEN", TOKEN)
    yield server
    server.down()


@pytest.fixture
def project(world: World) -> Json:
    return world.add_project("app", "/app")


@pytest.fixture
def task(world: World, project: Json) -> Json:
    return add_task(world, project, "Fix the pump", labels=["bug"])


@pytest.fixture
def file(tmp_path: Path) -> Callable[[], Path]:
    def found() -> Path:
        [path] = (tmp_path / "state/offline").glob("*.sqlite")
        return path

    return found


def calls(world: World, name: str) -> list[Json]:
    return [asked for called, asked in world.calls if called == name]


def test_lists_are_answered_from_what_was_seen_and_say_how_old_that_is(
    qd: QdCall, server: Server, world: World, project: Json, task: Json
) -> None:
    world.add_session(project, title="mine")
    listings = [
        ("project", "list"),
        ("session", "list"),
        ("task", "list", "-p", "app"),
        ("task", "search", "pump", "-p", "app"),
        ("task", "board", "-p", "app"),
        ("task", "show", "T-1", "-p", "app"),
    ]
    online = [qd(*words) for words in listings]
    assert [ran.code for ran in online] == [0] * len(listings)
    server.down()
    for words, before in zip(listings, online, strict=True):
        ran = qd(*words)
        assert (ran.code, ran.out) == (0, before.out), words
        assert "From moments ago; the server at http://127.0.0.1" in ran.err
        assert ran.err.count("does not answer") == 1


def test_json_says_since_when(qd: QdCall, server: Server, task: Json) -> None:
    [fresh] = qd("task", "list", "-p", "app", "--json").json
    server.down()
    [stale] = qd("task", "list", "-p", "app", "--json").json
    assert stale.pop("staleSince").startswith("20")
    assert stale == fresh


def test_what_was_never_listed_is_not_made_up(qd: QdCall, server: Server, task: Json) -> None:
    qd("project", "list")
    server.down()
    ran = qd("task", "list", "-p", "app")
    assert (ran.code, ran.out) == (ExitCode.UNAVAILABLE, "")
    assert "cannot be reached" in ran.err


def test_a_list_drops_what_is_not_in_it_any_more(qd: QdCall, server: Server, world: World, task: Json) -> None:
    add_task(world, task["project"], "Other")
    qd("task", "list", "-p", "app")
    task["status"] = "DONE"
    qd("task", "list", "-p", "app")
    server.down()
    assert [each["title"] for each in qd("task", "list", "-p", "app", "--json").json] == ["Other"]


def test_with_a_project_that_is_gone_goes_what_was_in_it(
    qd: QdCall, server: Server, world: World, task: Json, file: Callable[[], Path]
) -> None:
    qd("task", "list", "-p", "app")
    world.projects.clear()
    qd("project", "list")
    with sqlite3.connect(file()) as connection:
        assert connection.execute("SELECT count(*) FROM seen").fetchone() == (0,)


def test_another_token_sees_nothing_of_it(
    qd: QdCall, server: Server, world: World, task: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    qd("task", "list", "-p", "app")
    server.down()
    monkeypatch.setenv("QD_TOKEN", "qd_other")
    assert qd("task", "list", "-p", "app").code == ExitCode.UNAVAILABLE


def test_the_file_is_its_users_alone(qd: QdCall, server: Server, task: Json, file: Callable[[], Path]) -> None:
    qd("task", "list", "-p", "app")
    path = file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_broken_file_costs_the_cache_and_nothing_else(
    qd: QdCall, server: Server, task: Json, file: Callable[[], Path]
) -> None:
    qd("task", "list", "-p", "app")
    file().write_bytes(b"no database" * 1000)
    assert qd("task", "list", "-p", "app").code == 0
    server.down()
    assert qd("task", "list", "-p", "app").code == ExitCode.UNAVAILABLE
    assert "cannot be used" in qd("pending", "drop", "1", "--yes").err


def test_nothing_is_kept_where_it_is_switched_off(
    qd: QdCall, server: Server, task: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QD_OFFLINE", "off")
    qd("task", "list", "-p", "app")
    assert not (tmp_path / "state").exists()
    server.down()
    assert qd("task", "note", "T-1", "x", "-p", "app").code == ExitCode.UNAVAILABLE
    assert qd("pending").code == ExitCode.NOT_SET_UP
    monkeypatch.setenv("QD_OFFLINE", "perhaps")
    assert qd("task", "list", "-p", "app").code == ExitCode.USAGE


def test_changes_wait_show_as_pending_and_are_sent_in_order(
    qd: QdCall, server: Server, world: World, task: Json
) -> None:
    qd("task", "show", "T-1", "-p", "app")
    qd("task", "list", "-p", "app")
    server.down()
    assert qd("task", "note", "T-1", "half way", "-p", "app").err == "It waits to be sent: see `qd pending`.\n"
    assert qd("task", "status", "T-1", "in-review", "-p", "app").out == "T-1  in review  (pending)\n"
    assert qd("task", "edit", "T-1", "--title", "Fix it", "-p", "app").code == 0
    assert qd("task", "edit", "T-1", "-l", "ui", "-p", "app").code == 0
    assert qd("task", "add", "A new one", "-p", "app", "--priority", "high").out == "new-1\n"
    assert qd("task", "note", "new-1", "first thoughts", "-p", "app").code == 0
    [new, known] = qd("task", "list", "-p", "app", "--json").json
    assert (new["reference"], new["title"], new["pending"], new["priority"]) == ("new-1", "A new one", True, "HIGH")
    assert (known["title"], known["status"], known["labels"]) == ("Fix it", "IN_REVIEW", ["bug", "ui"])
    assert "pending" in qd("task", "list", "-p", "app").out
    assert "first thoughts" in qd("task", "show", "new-1").out
    assert [each["change"] for each in qd("pending", "list", "--json").json] == [
        "T-1 note: half way",
        "T-1 in review",
        "T-1 edit title",
        "new task: A new one",
        "new-1 note: first thoughts",
    ]
    assert world.calls == []

    server.up()
    ran = qd("task", "list", "-p", "app")
    assert "Sent 5 changes made offline" in ran.err
    assert "pending" not in ran.out
    assert [name for name, _ in world.calls] == [
        *("noteTaskProgress", "changeTaskStatus", "editTask", "createTask", "noteTaskProgress"),
    ]
    assert calls(world, "editTask")[0]["changes"] == {"title": "Fix it", "labels": ["bug", "ui"]}
    assert calls(world, "editTask")[0]["base"] == 1
    assert calls(world, "noteTaskProgress")[1]["taskId"] == world.tasks[1]["id"]
    assert qd("task", "show", "new-1").out.startswith("T-2  A new one")
    assert qd("pending").err == "Nothing waits to be sent.\n"


def test_a_task_may_be_blocked_offline_and_nobody_elses_status_is_overwritten(
    qd: QdCall, server: Server, world: World, task: Json
) -> None:
    qd("task", "list", "-p", "app")
    server.down()
    assert qd("task", "block", "T-1", "no seal", "-p", "app").out == "T-1  blocked  (pending)\n"
    assert [each["change"] for each in qd("pending", "list", "--json").json] == ["T-1 blocked: no seal"]
    task["status"] = "DONE"
    server.up()
    assert "It was open when you said that; somebody has made it done since." in qd("sync").err + qd("pending").out
    assert qd("pending", "retry", "1").code == 0
    assert (task["status"], task["reason"]) == ("BLOCKED", "no seal")


def test_a_task_may_come_after_one_that_has_no_number_yet(qd: QdCall, server: Server, world: World, task: Json) -> None:
    qd("task", "show", "T-1", "-p", "app")
    qd("project", "list")
    server.down()
    assert qd("task", "add", "First", "-p", "app").out == "new-1\n"
    assert qd("task", "add", "Second", "-p", "app", "--after", "new-1", "--after", "T-1").out == "new-2\n"
    assert qd("task", "edit", "T-1", "-p", "app", "--after", "new-1").code == 0
    assert "new-1" in qd("task", "show", "new-2").out
    assert qd("task", "edit", "new-2", "--drop-after", "T-1").code == 0
    assert [each["reference"] for each in qd("task", "show", "new-2", "--json").json["task"]["dependencies"]] == [
        "new-1"
    ]
    assert qd("task", "add", "Third", "-p", "app", "--after", "new-9").code == ExitCode.NOT_FOUND

    server.up()
    assert qd("sync").code == 0
    assert [asked.get("fields") for asked in calls(world, "createTask")] == [None, {"dependencies": [2, 1]}]
    assert [asked["changes"]["dependencies"] for asked in calls(world, "editTask")] == [[2], [2]]
    assert qd("task", "add", "Fourth", "-p", "app", "--after", "new-1").code == 0
    assert calls(world, "createTask")[-1]["fields"] == {"dependencies": [2]}


def test_what_comes_after_a_task_that_was_not_taken_waits_for_it(
    qd: QdCall, server: Server, world: World, project: Json
) -> None:
    qd("project", "list")
    server.down()
    qd("task", "add", "First", "-p", "app")
    qd("task", "add", "Second", "-p", "app", "--after", "new-1")
    server.up()
    world.failures["createTask"] = {"code": "INVALID_INPUT", "message": "No.", "field": "title"}
    assert qd("sync").code == ExitCode.TRY_AGAIN
    assert [each["trouble"] for each in qd("pending", "list", "--json").json] == ["No.", None]
    del world.failures["createTask"]
    assert qd("task", "add", "Third", "-p", "app", "--after", "new-1").out == "new-3\n"
    assert qd("pending", "drop", "1", "--yes").code == 0
    qd("sync")
    assert {each["trouble"] for each in qd("pending", "list", "--json").json} == {
        "The task new-1, which it is to be done after, was never made."
    }


def test_a_change_that_may_have_arrived_is_sent_again_under_its_key(
    qd: QdCall, server: Server, world: World, task: Json
) -> None:
    qd("task", "list", "-p", "app")
    world.http_faults[:] = [502] * 50
    assert qd("task", "note", "T-1", "once", "-p", "app").code == 0
    world.http_faults.clear()
    assert qd("sync").code == 0
    assert len({asked["idempotencyKey"] for asked in calls(world, "noteTaskProgress")}) == 1


def test_a_change_that_is_not_taken_is_kept_until_one_decides(
    qd: QdCall, server: Server, world: World, task: Json
) -> None:
    other = add_task(world, task["project"], "Other")
    qd("task", "list", "-p", "app")
    server.down()
    qd("task", "edit", "T-1", "--title", "Mine", "-p", "app")
    qd("task", "note", "T-1", "after that", "-p", "app")
    qd("task", "edit", "T-2", "--title", "Theirs goes on", "-p", "app")
    server.up()
    world.failures["editTask"] = {"code": "CONFLICT", "message": "The title was changed since.", "field": "title"}
    ran = qd("sync", "--json")
    assert ran.code == ExitCode.TRY_AGAIN
    assert [(each["number"], each["trouble"]) for each in ran.json["pending"]] == [
        (1, "The title was changed since."),
        (2, None),
        (3, "The title was changed since."),
    ]
    del world.failures["editTask"]
    assert "pending" in qd("task", "list", "-p", "app").out
    assert "The title was changed since." in qd("pending").out
    task["revision"] = 7
    first = calls(world, "editTask")[0]

    assert qd("pending", "retry", "1").code == ExitCode.TRY_AGAIN
    retried = calls(world, "editTask")[-1]
    assert (retried["base"], retried["changes"]) == (7, {"title": "Mine"})
    assert retried["idempotencyKey"] != first["idempotencyKey"]
    assert [each["text"] for each in task["written"]] == ["after that"]
    assert "--yes" in qd("pending", "theirs", "3").err
    assert qd("pending", "theirs", "3", "--yes").out.startswith("T-2")
    assert other["title"] == "Other"
    assert qd("pending", "drop", "3", "--yes").code == ExitCode.NOT_FOUND
    assert qd("sync").code == 0


def test_a_status_that_somebody_else_has_set_since_is_not_overwritten(
    qd: QdCall, server: Server, world: World, task: Json
) -> None:
    qd("task", "list", "-p", "app")
    server.down()
    qd("task", "status", "T-1", "done", "-p", "app")
    task["status"] = "BLOCKED"
    server.up()
    assert "It was open when you said that; somebody has made it blocked since." in qd("sync").err + qd("pending").out
    assert task["status"] == "BLOCKED"
    assert qd("pending", "retry", "1").code == 0
    assert task["status"] == "DONE"


def test_a_new_task_that_is_let_go_takes_along_what_was_to_be_done_to_it(
    qd: QdCall, server: Server, world: World, project: Json
) -> None:
    qd("project", "list")
    server.down()
    qd("task", "add", "Never mind", "-p", "app")
    qd("task", "note", "new-1", "x")
    assert "add --yes" in qd("pending", "drop", "1").err.lower()
    dropped = qd("pending", "drop", "1", "--yes")
    assert dropped.err == "Dropped: new task: Never mind.\nDropped: new-1 note: x.\n"
    assert qd("pending", "list", "--json").json == []
    assert qd("task", "show", "new-1").code == ExitCode.NOT_FOUND


def test_what_cannot_wait_says_so(qd: QdCall, server: Server, world: World, task: Json) -> None:
    qd("task", "list", "-p", "app")
    server.down()
    assert qd("task", "claim", "T-1", "-p", "app").code == ExitCode.UNAVAILABLE
    qd("task", "add", "New", "-p", "app")
    assert "`qd sync`" in qd("task", "claim", "new-1").err
    assert qd("sync").code == ExitCode.UNAVAILABLE


def test_lists_cannot_be_added_to_where_they_are_not_known(
    qd: QdCall, server: Server, world: World, task: Json
) -> None:
    qd("task", "list", "-p", "app")
    server.down()
    ran = qd("task", "edit", "T-1", "--accept", "it works", "-p", "app")
    assert ran.code == ExitCode.USAGE
    assert "is not known while the server does not answer" in ran.err


def test_a_log_out_loses_no_change_and_leaves_nothing(
    qd: QdCall, server: Server, world: World, task: Json, file: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QD_TOKEN")
    monkeypatch.delenv("QD_URL")
    monkeypatch.delenv("QD_DATA_DIR")
    assert qd("login", "--url", f"http://127.0.0.1:{server.port}", "qd_once").code == 0
    qd("task", "list", "-p", "app")
    server.down()
    qd("task", "note", "T-1", "x", "-p", "app")
    refused = qd("logout")
    assert refused.code == ExitCode.TRY_AGAIN
    assert "1 change made offline would be lost" in refused.err
    path = file()
    server.up()
    assert qd("logout", "--drop-pending").code == 0
    assert not path.exists()


def test_terminal_codes_in_what_waits_do_not_reach_a_terminal(
    qd: QdCall, server: Server, world: World, task: Json
) -> None:
    qd("task", "list", "-p", "app")
    server.down()
    qd("task", "note", "T-1", "\x1b[2Jgone", "-p", "app")
    assert "\x1b" not in qd("pending").out
    server.up()
    assert "\x1b" not in qd("sync").err
