"""The commands that list and show: text, JSON and exit codes."""

import subprocess
from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.alerts import add_alert
from tests.support.fake_gateway.budgets import add_budget
from tests.support.fake_gateway.tasks import add_task
from tests.support.fake_gateway.world import NOW, Json
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import ids
from quarterdeck_cli.errors import ServerFailure
from quarterdeck_cli.failures import failure_in


def test_a_folder_is_added_by_its_absolute_path(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    (repository / "sub dir\nx").mkdir()

    ran = qd("project", "add", "sub dir\nx", "--name", "mine", "--json")

    assert ran.json["repository"] == str(repository)
    assert ran.json["name"] == "mine"


@pytest.mark.parametrize("url", ["https://example.org/a/b.git", "git@example.org:a/b.git", "ssh://h/x"])
def test_a_url_is_added_as_it_is(qd: QdCall, logged_in: FakeGateway, world: World, url: str) -> None:
    assert qd("project", "add", url).code == 0
    assert world.projects[0]["repository"] == url


def test_a_folder_that_is_not_there_is_refused(qd: QdCall, logged_in: FakeGateway) -> None:
    ran = qd("project", "add", "missing")

    assert ran.code == 2
    assert "There is no folder" in ran.err


@pytest.mark.parametrize("nothing", ["", " "])
def test_no_repository_is_not_this_folder(qd: QdCall, logged_in: FakeGateway, repository: Path, nothing: str) -> None:
    ran = qd("project", "add", nothing)

    assert ran.code == 2
    assert "No repository was given." in ran.err


@pytest.mark.parametrize("source", [".", "https://example.org/a/b.git"])
def test_a_repository_is_added_once_unless_it_gets_another_name(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path, source: str
) -> None:
    first, second = qd("project", "add", source), qd("project", "add", source)

    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out
    assert "added already" in second.err
    assert len(world.projects) == 1
    assert qd("project", "add", source, "--name", "again", "--json").json["name"] == "again"
    assert len(world.projects) == 2


def test_a_project_of_an_unknown_name_is_not_found(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    ran = qd("run", "-p", "nix", "ls")

    assert ran.code == 66
    assert ran.err == "error: There is no project 'nix'.\nnext:  `qd project list` shows them.\n"


def test_projects_are_listed(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    assert "There are no projects" in qd("project", "list").err
    for number in range(120):
        world.add_project(f"p{number}", f"/r/{number}")

    assert len(qd("project", "list", "--json").json) == 120
    lines = qd("project", "list").out.splitlines()
    assert lines[0].split() == ["ID", "NAME", "BRANCH", "REPOSITORY"]
    assert lines[120].split()[1:] == ["p119", "main", "/r/119"]


def test_the_project_of_this_folder_is_shown_by_default(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))

    assert "time-out    3600 s" in qd("project", "show").out


def test_a_project_can_start_at_another_branch(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))

    ran = qd("project", "add", str(repository), "--branch", "next", "--json")

    assert ran.json["defaultBranch"] == "next"
    assert len(world.projects) == 2


def test_a_projects_settings_are_changed_and_shown(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))

    ran = qd("project", "set", "memory=2G", "idle-time=30m", "network+=pypi.org", "jail=docker", "image=debian:13")

    assert ran.code == 0
    assert "memory      2.0 GiB" in ran.out
    assert "idle-time   1800 s" in ran.out
    assert "network     pypi.org:443" in ran.out
    assert "debian:13" in qd("project", "show").out
    qd("project", "set", "network+=npmjs.org:8443", "memory=")
    assert qd("project", "show", "--json").json["settings"]["network"] == [
        {"host": "pypi.org", "port": 443},
        {"host": "npmjs.org", "port": 8443},
    ]
    assert "memory" not in qd("project", "show").out


def test_a_repository_of_another_user_is_known_by_its_folder_and_its_origin(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git opens none of another user."""
    origin = "https://me:secret@example.org/a/b.git"
    subprocess.run(["git", "remote", "add", "origin", origin], cwd=repository, check=True, capture_output=True)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    world.add_project("by origin", "https://example.org/a/b")
    assert qd("task", "list").code == 0

    world.projects.clear()
    refused = qd("task", "list")
    assert "No project was made from" in refused.err
    assert "secret" not in refused.err
    world.add_project("by path", str(repository))
    (repository / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(repository / "deep" / "er")
    assert qd("task", "list").code == 0


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Cannot query field 'asks' on type 'Budget'."},
        {"message": "Unknown argument 'unread' on field 'Query.away'."},
        {"message": "Variable '$input' got invalid value; Field 'x' is not defined by type 'RunCommandInput'."},
        {"message": "Only the documents of Quarterdeck's own clients are taken.", "extensions": {"code": "FORBIDDEN"}},
    ],
)
def test_a_server_that_is_older_is_called_so(error: Json) -> None:
    failure = failure_in([error])

    assert failure.message.startswith("The server is older than this qd: ")
    assert "Update the server" in failure.next_step


def test_what_a_server_refuses_for_another_reason_is_no_sign_of_its_age() -> None:
    assert isinstance(failure_in([{"message": "Bad.", "extensions": {"code": "FORBIDDEN"}}]), ServerFailure)
    assert "older" not in failure_in([{"message": "Something broke."}]).message


def test_a_clone_is_known_by_its_origin(qd: QdCall, logged_in: FakeGateway, world: World, repository: Path) -> None:
    origin = "https://me:secret@example.org/a/b.git"
    subprocess.run(["git", "remote", "add", "origin", origin], cwd=repository, check=True, capture_output=True)
    world.add_project("there", "https://example.org/a/b")

    assert qd("project", "show", "--json").json["name"] == "there"


def test_two_projects_of_one_folder_must_be_told_apart(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("one", str(repository))
    world.add_project("two", str(repository))

    ran = qd("session", "open")

    assert ran.code == 2
    one, two = (project["id"] for project in world.projects)
    assert f"one ({ids.short(one)}), two ({ids.short(two)})" in ran.err
    assert qd("session", "open", "-p", ids.short(two), "--json").json["project"]["name"] == "two"


def test_a_session_is_opened_and_its_id_printed(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))

    ran = qd("session", "open", "--title", "try")

    assert ran.code == 0
    assert ran.out.strip() == str(world.sessions[0]["uuid"])
    assert world.sessions[0]["title"] == "try"


def test_what_a_sessions_copy_lacks_is_said_when_it_is_opened_and_shown(
    qd: QdCall, logged_in: FakeGateway, world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))
    world.lacking = ["Submodules are not fetched: a\x1b[2J."]

    opened = qd("session", "open")
    shown = qd("session", "show", opened.out.strip())

    assert "Submodules are not fetched: a\\x1b[2J." in opened.err
    assert "Submodules are not fetched: a\\x1b[2J." in shown.out


def test_a_session_is_printed_as_it_is_once_it_is_ready(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    world.add_project("p", "/p")

    opened = qd("session", "open", "-p", "p", "--json")

    [ready] = [number for number, event in enumerate(world.events, 1) if event["topic"] == "SessionProvisioned"]
    assert dict(world.calls)["session"] == {"id": opened.json["id"], "waitFor": ready}


def test_opening_need_not_wait(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    world.add_project("p", "/p")
    world.provisioning = "never"

    assert qd("session", "open", "-p", "p", "--no-wait", "--json").json["state"] == "OPENING"


def test_a_session_that_may_have_been_opened_is_said(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    world.add_project("p", "/p")
    world.failures["openSession"] = {"code": "UNAVAILABLE", "message": "The read model is behind."}

    ran = qd("session", "open", "-p", "p")

    assert ran.code == 69
    assert "may have been opened all the same: see `qd session list`" in ran.err


def test_open_sessions_are_listed_and_ended_ones_on_demand(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    assert "No session is open" in qd("session", "list").err
    project = world.add_project("p", "/p")
    world.add_session(project, state="CLOSED", title="old")
    world.add_session(project, title="new\x1b]0;evil\x07")

    assert [s["state"] for s in qd("session", "list", "--json").json] == ["READY"]
    assert len(qd("session", "list", "--all", "--json").json) == 2
    text = qd("session", "list").out
    assert r"new\x1b]0;evil\x07" in text
    assert "\x1b" not in text


def test_a_session_is_shown_with_its_limits_and_closed(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    session = world.add_session(world.add_project("p", "/p"))

    assert "memory  2 GiB  rlimit" in qd("session", "show", session["id"]).out
    assert "is closed" in qd("session", "close", session["id"]).err
    assert qd("session", "close", session["id"], "--json").json["state"] == "CLOSED"


def test_commands_are_listed_newest_first(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    assert "No command was run" in qd("command", "list").err
    session = world.add_session(world.add_project("p", "/p"))
    for number in range(70):
        world.add_command(session, {"text": f"c{number}"})

    of_session = qd("command", "list", "-s", session["id"], "-n", "60", "--json").json
    assert [of_session[0]["text"], of_session[-1]["text"]] == ["c69", "c10"]
    assert qd("command", "list", "--json").json[0]["text"] == "c69"
    assert qd("command", "list", "-s", session["id"]).out.splitlines()[1].endswith("c69")


def test_a_command_is_shown_with_what_it_changed(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    session = world.add_session(world.add_project("p", "/p"))
    node = world.add_command(session, {"text": "make\nall"}).node
    files = [{"path": f"f{number}", "status": "added"} for number in range(30)]
    node.update(state="FINISHED", endReason="EXITED", exitCode=2, wallMs=61_000, outputBytes=2048)
    node.update(filesChanged=files, filesChangedTotal=4000)

    ran = qd("command", "show", node["id"])

    assert "command    make⏎all" in ran.out
    assert "state      exit 2" in ran.out
    assert "took       1:01" in ran.out
    assert "added    f19" in ran.out
    assert "3,980 more" in ran.err


def test_a_command_is_cancelled_and_signalled(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    command = world.add_command(world.add_session(world.add_project("p", "/p")), {"text": "x"})

    assert "is being cancelled" in qd("command", "cancel", command.node["id"]).err
    assert "was signalled" in qd("command", "signal", command.node["id"], "INT").err
    assert world.calls[-1][1]["signal"] == "INT"


def test_a_conflict_is_told_with_its_own_exit_code(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    command = world.add_command(world.add_session(world.add_project("p", "/p")), {"text": "x"})
    world.failures["signalCommand"] = {"code": "CONFLICT", "message": "This command has ended."}

    assert qd("command", "signal", command.node["id"], "INT").code == 75


def test_tokens_are_issued_listed_and_revoked(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    assert "There are no tokens" in qd("token", "list").err

    issued = qd(
        "token", "issue", "ci", "--scope", "session:read", "--scope", "session:write", "--expires", "2030-01-01"
    )

    assert issued.out.startswith("qd_")
    assert world.tokens[0]["expiresAt"].startswith("2030-01-01T00:00:00")
    assert qd("token", "list").out.splitlines()[1].endswith("ci    session:read session:write")
    assert qd("token", "revoke", world.tokens[0]["id"]).code == 0
    assert qd("token", "list", "--json").json == []
    assert qd("token", "list", "--all", "--json").json[0]["revoked"] is True


def test_an_expiry_that_is_no_time_is_refused(qd: QdCall, logged_in: FakeGateway) -> None:
    assert qd("token", "issue", "ci", "--scope", "*", "--expires", "soon").code == 2


def test_workers_are_listed(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    assert "No worker is known" in qd("worker", "list").err
    world.workers.append({"id": "w1", "host": "here", "alive": True, "sessions": 2, "capacity": 50})

    assert qd("worker", "list").out.splitlines()[1].split() == ["w1", "here", "alive", "2", "of", "50"]
    assert qd("worker", "list", "--json").json[0]["capacity"] == 50


async def fill(world: World) -> None:
    session = world.add_session(world.add_project("p", "/p"))
    for number in range(5):
        await world.append("SessionAdopted", session["uuid"], session, detail=f"{number}\x1b[2J")


async def test_events_are_listed_in_order(world: World) -> None:
    await fill(world)
    assert [event["position"] for event in world.events] == [1, 2, 3, 4, 5]


@pytest.fixture
def filled(world: World) -> World:
    import asyncio

    asyncio.run(fill(world))
    return world


def test_events_are_listed_after_a_position(filled: World, qd: QdCall, logged_in: FakeGateway) -> None:
    found = qd("events", "list", "--after", "2", "-n", "2", "--json").json
    assert [event["position"] for event in found] == [3, 4]
    text = qd("events", "list", "-s", filled.sessions[0]["id"]).out
    assert text.splitlines()[1].startswith("1")
    assert "SessionAdopted" in text
    assert "\x1b" not in text


def test_events_are_listed_by_topic_actor_and_time(filled: World, qd: QdCall, logged_in: FakeGateway) -> None:
    def positions(*options: str) -> list[int]:
        return [event["position"] for event in qd("events", "list", "--json", *options).json]

    everything = positions()
    assert positions("--topic", "SessionAdopted", "--topic", "x") == everything
    assert positions("--topic", "x") == []
    assert positions("--actor", "user", "--since", "2001-01-01") == everything
    assert positions("--actor", "system") == positions("--actor", "user:x") == positions("--until", "2001-01-01") == []
    assert qd("events", "list", "--since", "tomorrow").code == 2


def test_a_session_and_a_project_at_once_are_refused(qd: QdCall, logged_in: FakeGateway) -> None:
    assert qd("events", "tail", "-s", "abcd", "-p", "x").code == 2


def test_alone_it_shows_where_one_stands(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    empty = qd()
    session = world.add_session(world.add_project("p", "/p"), title="mine")
    world.add_command(session, {"text": "sleep 9"})

    ran = qd()

    assert (empty.code, ran.code) == (0, 0)
    assert "No open sessions" in empty.out
    assert "1 open session\n" in ran.out
    assert "queued    sleep 9" in ran.out
    assert "qd run -s" in ran.out


def test_alone_it_shows_what_waits_for_somebody(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    project = world.add_project("p", "/p")
    add_alert(world, project, summary="too many\x1b[2J errors")
    add_task(world, project, "Mend the sails", conflicted=True)

    ran = qd()

    assert "Alerts that nobody sees to, `alert ack`\n" in ran.out
    assert r"failing: too many\x1b[2J errors" in ran.out
    assert "Tasks in conflict, `task resolve`\n  T-1 " in ran.out
    shown = qd("--json").json["waiting"]
    assert [len(shown["alerts"]), len(shown["conflicts"])] == [1, 1]


def test_alone_it_shows_budgets_that_ask_of_every_project(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    asks = {"since": NOW, "wanted": None, "answers": ["RAISE"]}
    for name in ("deck", "hull"):
        add_budget(world, world.add_project(name, f"/{name}"), spent="10", asks=asks)
    add_budget(world, None, spent="10", asks=asks)
    add_budget(world, world.projects[0], spent="1")

    ran = qd()
    assert ran.out.count("is used up, since") == 3
    assert "  project hull by day is used up" in ran.out
    assert len(qd("--json").json["waiting"]["budgets"]) == 3


def test_alone_it_is_json_for_programs(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    world.add_command(world.add_session(world.add_project("p", "/p")), {"text": "sleep 9"})

    shown = qd("--json").json

    assert (shown["name"], len(shown["sessions"]), shown["commands"][0]["text"]) == ("ann", 1, "sleep 9")
    assert qd("--json", "session", "list").code == 2


def test_alone_without_a_server_it_says_what_to_do(qd: QdCall) -> None:
    ran = qd()

    assert ran.code == 78
    assert "quarterdeck up" in ran.err


def test_a_wrong_option_is_told_with_exit_code_2(qd: QdCall) -> None:
    ran = qd("session", "list", "--nonsense")

    assert ran.code == 2
    assert "--nonsense" in ran.err


def test_the_version_is_printed(qd: QdCall) -> None:
    assert qd("--version").out.startswith("qd ")


def test_a_session_is_paused_and_resumed(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    session = world.add_session(world.add_project("p", "/srv/p"))

    paused = qd("session", "pause", session["id"], "--reason", "lunch", "--json")
    assert (paused.json["state"], paused.json["reason"]) == ("PAUSED", "lunch")
    assert "paused" in qd("session", "list").out

    resumed = qd("session", "resume", session["id"])
    assert resumed.code == 0
    assert "It goes on where it was." in resumed.err
    assert "is ready" in resumed.err


def test_a_lost_session_is_made_anew_and_shown_with_what_it_has_not(
    qd: QdCall, logged_in: FakeGateway, world: World
) -> None:
    session = world.add_session(world.add_project("p", "/srv/p"), state="LOST")

    resumed = qd("session", "resume", session["id"])
    assert resumed.code == 0
    assert "Its worker is gone: it is made anew from its last snapshot" in resumed.err
    assert "It was made anew on worker w2." in resumed.err

    session["rebuilt"] = {
        "rebuiltAt": session["openedAt"],
        "workerId": "w2",
        "fromWorkerId": "w1",
        "tree": "a" * 40,
        "takenAt": session["openedAt"],
        "commandId": None,
        "notCarriedOver": ["What ran in it.", "One later snapshot."],
    }
    session["setAside"] = [
        {
            "foundAt": session["openedAt"],
            "workerId": "w1",
            "tree": "b" * 40,
            "filesChanged": 1,
            "detail": "Worker w1 came back.",
        }
    ]
    shown = qd("session", "show", session["id"]).out
    for part in ("worker w1 is gone", "a" * 40, "What ran in it.", "One later snapshot.", "Worker w1 came back."):
        assert part in shown


def test_a_queue_says_who_waits_for_what(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    place = {"position": 3, "reason": "the project has 20 of 20 sessions open"}
    session = world.add_session(world.add_project("p", "/srv/p"), state="QUEUED")
    session["queue"] = place

    assert "queued, 3rd" in qd("session", "list").out
    assert "3rd in the queue: the project has 20 of 20 sessions open" in qd("session", "show", session["id"]).out


def test_what_workers_found_is_listed_and_looked_for(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    session = world.add_session(world.add_project("p", "/srv/p"))
    found = {"position": 7, "foundAt": session["openedAt"], "workerId": "w1", "kind": "ORPHAN_JAIL"}
    world.findings.append({**found, "sessionId": session["id"], "detail": "The session has ended (lost)."})
    world.workers.append({"id": "w1", "host": "here", "alive": True, "sessions": 1, "capacity": 4})

    for verb in ("findings", "check"):
        ran = qd("worker", verb)
        assert ran.code == 0, ran.err
        assert "orphan jail" in ran.out
        assert "ended (lost)" in ran.out
    assert qd("worker", "findings", "w2", "--json").json == []

    world.workers.append({"id": "w2", "host": "there", "alive": True, "sessions": 0, "capacity": 4})
    assert "Name one" in qd("worker", "check").err
