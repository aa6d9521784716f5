"""qd task."""

import json
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.tasks import add_task
from tests.support.fake_gateway.world import NOW, Ending, FakeCommand, Json
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import ids
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.task_words import estimate, minutes, number


@pytest.fixture
def project(world: World, logged_in: FakeGateway) -> Json:
    return world.add_project("app", "/app")


def asked(world: World) -> Json:
    """What the last mutation was given."""
    return {name: value for name, value in world.calls[-1][1].items() if name != "idempotencyKey"}


def test_a_task_is_written_down_with_all_that_is_said_of_it(qd: QdCall, world: World, project: Json) -> None:
    ran = qd(
        *("task", "add", "Fix it", "-p", "app", "-l", "bug", "-l", "ui", "--priority", "high", "--estimate", "1h30m"),
        *("--after", "T-3", "--after", "#T-4", "--accept", "it works", "--body", "a\nb"),
    )
    assert (ran.code, ran.out) == (0, "T-1\n")
    assert asked(world) == {
        "projectId": project["id"],
        "title": "Fix it",
        "fields": {
            "body": "a\nb",
            "priority": "HIGH",
            "estimate": 90,
            "labels": ["bug", "ui"],
            "dependencies": [3, 4],
            "acceptance": ["it works"],
        },
    }


def test_a_body_comes_from_a_file(qd: QdCall, world: World, project: Json, home: Path) -> None:
    (home / "body.md").write_text("from a file")
    assert qd("task", "add", "Fix it", "-p", "app", "--body-file", "body.md").code == 0
    assert asked(world)["fields"] == {"body": "from a file"}
    for words in (["--body-file", "none.md"], ["--body-file", "body.md", "--body", "x"]):
        assert qd("task", "add", "Fix it", "-p", "app", *words).code == 2


def test_this_folders_project_is_meant_where_none_is_named(
    qd: QdCall, world: World, logged_in: FakeGateway, repository: Path
) -> None:
    here = world.add_project("here", str(repository))
    add_task(world, world.add_project("other", "/other"), "Elsewhere")
    add_task(world, here, "Here")
    assert "Here" in qd("task", "show", "1").out
    assert qd("task", "list").out.splitlines()[1].split() == ["T-1", "open", "Here"]


def test_a_list_leaves_out_what_is_closed_and_what_no_task_has(qd: QdCall, world: World, project: Json) -> None:
    add_task(world, project, "One", priority="URGENT", ownerName="bob", status="IN_PROGRESS")
    add_task(world, project, "Two\x1b[2J", status="DONE")
    assert qd("task", "list", "-p", "app").out.splitlines() == [
        "ID   STATUS       PRIORITY  OWNER  TITLE",
        "T-1  in progress  urgent    bob    One",
    ]
    assert qd("task", "list", "-p", "app", "--all").out.splitlines()[1] == (
        "T-2  done                          Two\\x1b[2J"
    )
    assert [each["title"] for each in qd("task", "list", "-p", "app", "--json").json] == ["One"]
    assert "PROJECT" in qd("task", "list", "--everywhere").out


def test_a_list_is_asked_for_as_it_is_narrowed(qd: QdCall, world: World, project: Json) -> None:
    ran = qd(
        *("task", "list", "-p", "app", "--status", "in-review", "-l", "bug", "--priority", "low"),
        *("--owner", "me", "--unowned"),
    )
    assert ran.code == 0
    assert "There are no such tasks." in ran.err
    wanted = {"status": ["IN_REVIEW"], "label": ["bug"], "priority": ["LOW"], "owner": "me", "unowned": True}
    assert world.asked[-1]["filter"] == {**wanted, "unlabelled": False}
    assert qd("task", "search", "log", "in", "-p", "app").code == 0
    assert (world.asked[-1]["text"], world.asked[-1]["filter"]) == ("log in", {"unowned": False, "unlabelled": False})


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["list", "--status", "nearly"], "no status"),
        (["list", "--priority", "x"], "no priority"),
        (["board", "--by", "x"], "no way to group"),
        (["show", "one"], "no task of a project"),
        (["status", "1", "finished"], "no status"),
        (["edit", "1"], "Nothing was to be changed"),
        (["edit", "1", "--estimate", "soon"], "no estimate"),
        (["history", "1", "-f", "x"], "no field"),
        (["link", "1", "branch", "x"], "no kind of link"),
        (["link", "1", "commit", "--", "-x"], "no commit"),
        (["claim", "1", "--lease", "long"], "no length of time"),
    ],
)
def test_what_makes_no_sense_is_said(qd: QdCall, world: World, project: Json, words: list[str], why: str) -> None:
    add_task(world, project, "One")
    ran = qd("task", words[0], "-p", "app", *words[1:])
    assert (ran.code, why in ran.err) == (2, True), ran.err


def test_a_task_that_is_not_there_is_not_found(qd: QdCall, world: World, project: Json) -> None:
    for words in (["show", "T-9"], ["claim", "9"], ["history", ids.global_id("Task", ids.parse_uuid("0" * 32))]):  # type: ignore[arg-type]
        ran = qd("task", words[0], "-p", "app", *words[1:])
        assert (ran.code, "There is no such task." in ran.err) == (66, True)


def test_a_task_is_shown_with_what_belongs_to_it(qd: QdCall, world: World, project: Json) -> None:
    note = {"text": "half", "notedAt": NOW, "author": "bob", "sessionId": None}
    task = add_task(
        world,
        project,
        "Fix it",
        body="It\n\x1b[2Jfails",
        acceptance=["it works"],
        dependencies=[{"number": 3, "reference": "T-3", "title": "Before", "status": "DONE"}],
        links=[{"kind": "COMMIT", "commit": "c" * 40, "sessionId": None, "commandId": None, "linkedAt": NOW}],
        estimate=90,
        written=[note],
    )
    for which in ("T-1", task["id"], str(ids.uuid_of(task["id"]))):
        out = qd("task", "show", which, "-p", "app").out
        for shown in ("T-1  Fix it", "1 h 30 min", "T-3 Before (done)", "c" * 40, "1. it works", "bob: half"):
            assert shown in out
        assert "\\x1b[2Jfails" in out
    assert qd("task", "show", "1", "-p", "app", "--json").json["notes"] == [note]


def worked(**changed: Any) -> Json:
    return {
        "sessionId": ids.global_id("Session", uuid4()),
        "how": "CLOSED",
        "reason": "The files are kept.",
        "beganAt": "2026-11-20T11:55:00+00:00",
        "endedAt": "2026-11-20T12:00:00+00:00",
        "notedAt": NOW,
        "baseCommit": None,
        "baseTree": None,
        "lastTree": None,
        "filesChanged": 6,
        "linesAdded": 1120,
        "linesRemoved": 14,
        "filesUncounted": 1,
        "largestChanges": [
            {"path": "src/\x1b[2J.py", "status": "modified", "linesAdded": 80, "linesRemoved": 4},
            {"path": "image", "status": "added", "linesAdded": None, "linesRemoved": None},
        ],
        "missing": None,
        "commands": 12,
        "commandsFailed": 1,
        "commandsMs": 13_500,
        "lastCommands": [ran("pytest -q", 0), ran("make\x1b]0;it\x07", 2)],
        "branches": [{"branch": "review/1", "commit": "d" * 40}],
        "usage": {"calls": 3, "tokens": 1204, "usd": "0.12", "unpriced": 0},
        **changed,
    }


def ran(text: str, code: int | None, outcome: str = "EXITED") -> Json:
    return {
        "commandId": ids.global_id("Command", uuid4()),
        "text": text,
        "outcome": outcome,
        "failed": code != 0,
        "exitCode": code,
        "signal": None,
        "wallMs": None if outcome == "LOST" else 1200,
    }


def test_what_sessions_did_is_shown_in_a_few_lines_that_no_jail_can_forge(
    qd: QdCall, world: World, project: Json
) -> None:
    work = worked()
    add_task(world, project, "Fix it", worked=[work])

    lines = qd("task", "show", "1", "-p", "app").out.split("Work\n")[1].splitlines()

    assert lines == [
        f"{ids.short(work['sessionId'])}  closed 2026-11-20 after 5:00  +1,120 -14 in 6 files  12 commands, 1 failed"
        "  1,204 tokens, $0.12",
        "    +80 -4  src/\\x1b[2J.py",
        "            image",
        f"    and 4 more: `qd session diff {ids.short(work['sessionId'])}`",
        "    ✓ pytest -q  (1.20 s)",
        "    ✗ make\\x1b]0;it\\x07  (exit 2, 1.20 s)",
        f"    branch review/1 at {'d' * 12}",
    ]
    assert qd("task", "show", "1", "-p", "app", "--json").json["work"] == [work]


def test_what_is_not_known_of_a_sessions_work_is_said(qd: QdCall, world: World, project: Json) -> None:
    lost = worked(
        how="LOST",
        reason="Worker w1 is gone.",
        linesAdded=None,
        linesRemoved=None,
        largestChanges=[],
        filesChanged=1,
        missing="Its lines were not counted. No worker answers.",
        lastCommands=[ran("sleep 9", None, "LOST")],
        branches=[],
        usage={"calls": 1, "tokens": 5, "usd": None, "unpriced": 1},
    )
    nothing = worked(filesChanged=None, commands=0, commandsFailed=0, lastCommands=[], branches=[], usage=None)
    add_task(world, project, "Fix it", worked=[lost, nothing, worked(filesChanged=0), worked()])

    shown = qd("task", "show", "1", "-p", "app")

    for line in (
        "1 file changed  12 commands, 1 failed  5 tokens, cost unknown",
        "    Worker w1 is gone.",
        "    ✗ sleep 9  (lost, no time known)",
        "    Its lines were not counted. No worker answers.",
        "no files  no commands\n",
        "no change  12 commands",
    ):
        assert line in shown.out
    assert "What earlier sessions did: `qd task history T-1 --field work`." in shown.err


def test_an_edit_adds_to_what_there_is_on_the_revision_that_was_seen(qd: QdCall, world: World, project: Json) -> None:
    dependency = {"number": 3, "reference": "T-3", "title": "Before", "status": "DONE"}
    add_task(world, project, "Fix", labels=["a", "b"], acceptance=["x", "y"], dependencies=[dependency], revision=4)
    ran = qd(
        *("task", "edit", "1", "-p", "app", "-l", "c", "-l", "a", "--drop-label", "b", "--accept", "z"),
        *("--drop-accept", "1", "--after", "5", "--drop-after", "T-3", "--title", "New", "--estimate", "none"),
    )
    assert ran.code == 0, ran.err
    assert asked(world)["base"] == 4
    assert asked(world)["changes"] == {
        "title": "New",
        "estimate": 0,
        "labels": ["a", "c"],
        "dependencies": [5],
        "acceptance": ["y", "z"],
    }
    assert qd("task", "edit", "1", "-p", "app", "--title", "x").code == 0
    assert "base" not in asked(world)


@pytest.mark.parametrize(
    ("words", "given", "out"),
    [
        (["claim", "1", "--lease", "2h", "--force"], {"leaseSeconds": 7200, "force": True}, "claimed, ann until"),
        (["renew", "1", "--claim", "1"], {"claim": 1}, "claimed, ann until"),
        (["release", "1", "--reason", "x"], {"reason": "x", "force": False}, "open"),
        (["assign", "1", "me"], {"owner": "me", "force": False}, "open, me"),
        (["assign", "1", "nobody"], {"owner": None, "force": False}, "open"),
        (["note", "1", "half"], {"text": "half"}, "open"),
        (["status", "1", "in_review"], {"status": "IN_REVIEW", "force": False}, "in review"),
        (["block", "1", "no key", "--force"], {"reason": "no key", "force": True}, "blocked"),
        (["link", "1", "commit", "C" * 40], {"target": {"commit": "c" * 40}}, "open"),
    ],
)
def test_working_on_a_task(qd: QdCall, world: World, project: Json, words: list[str], given: Json, out: str) -> None:
    task = add_task(world, project, "Fix it")
    ran = qd("task", *words, "-p", "app")
    assert ran.code == 0, ran.err
    assert ran.out.startswith(f"T-1  {out}")
    assert asked(world) == {"taskId": task["id"], **given}
    assert qd("task", *words, "-p", "app", "--json").json["id"] == task["id"]


def test_what_somebody_holds_is_told_with_the_exit_code_for_trying_again(
    qd: QdCall, world: World, project: Json
) -> None:
    add_task(world, project, "Fix it")
    world.failures["claimTask"] = {"code": "CONFLICT", "message": "bob holds T-1 until 12:00."}
    ran = qd("task", "claim", "1", "-p", "app")
    assert (ran.code, "bob holds T-1" in ran.err) == (75, True)


def test_what_is_done_from_a_session_says_so(
    qd: QdCall, world: World, project: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_task(world, project, "Fix it")
    session = world.add_session(project)
    qd("task", "note", "1", "x", "-p", "app", "-s", ids.short(session["id"]))
    assert asked(world)["sessionId"] == session["id"]
    monkeypatch.setenv("QD_SESSION", session["id"])
    qd("task", "claim", "1", "-p", "app")
    assert asked(world)["sessionId"] == session["id"]


def test_links_go_to_what_is_named(qd: QdCall, world: World, logged_in: FakeGateway, repository: Path) -> None:
    project = world.add_project("here", str(repository))
    add_task(world, project, "Fix it")
    session = world.add_session(project)
    author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *author, "commit", "-q", "--allow-empty", "-m", "x"], check=True, cwd=repository)
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, cwd=repository, capture_output=True, text=True)
    qd("task", "link", "1", "commit", "HEAD")
    assert asked(world)["target"] == {"commit": head.stdout.strip()}
    qd("task", "link", "1", "session", ids.short(session["id"]))
    assert asked(world)["target"] == {"sessionId": session["id"]}
    assert qd("task", "link", "1", "session", session["id"], "--remove").code == 0
    assert world.calls[-1][0] == "unlinkTask"


def test_a_board_says_how_many_there_are_and_shows_the_first(qd: QdCall, world: World, project: Json) -> None:
    for name in ("One", "Two", "Three"):
        add_task(world, project, name)
    add_task(world, project, "Four", status="BLOCKED", ownerName="bob")
    assert qd("task", "board", "-p", "app", "-n", "2").out.splitlines() == [
        "STATUS       ID   PRIORITY  OWNER  TITLE",
        "blocked (1)  T-4            bob    Four",
        "open (3)     T-3                   Three",
        "             T-2                   Two",
        "                                   and 1 more",
    ]
    assert "nobody (3)" in qd("task", "board", "-p", "app", "--by", "owner").out
    assert qd("task", "board", "-p", "app", "--json").json[1]["count"] == 1


def entry(**changes: Any) -> Json:
    told = [{"field": name.upper(), "value": json.dumps(value)} for name, value in changes.items()]
    return {"position": 1, "recordedAt": NOW, "actorKind": "user", "actor": "bob", "sessionId": None, "changes": told}


def test_a_history_says_who_changed_what(qd: QdCall, world: World, project: Json) -> None:
    entries = [
        entry(note="half\n\x1b[2J"),
        entry(
            work={
                "session": "01a21747-7120-7477-b82f-df93319e80fd",
                "how": "closed",
                "files": 1,
                "lines_added": 2,
                "lines_removed": 0,
                "commands": 1,
                "failed": 0,
            }
        ),
        entry(owner=None, claim=None, status="open"),
        entry(claim=1, status="in_progress"),
        entry(link={"kind": "commit", "target": "c0ffee"}),
        entry(title="Fix it", labels=["a", "b"], estimate=90, dependencies=[3, 1], acceptance=[], priority="high"),
    ]
    add_task(world, project, "Fix it", entries=entries)
    rows = [line.split(maxsplit=3)[1:] for line in qd("task", "history", "1", "-p", "app").out.splitlines()[1:]]
    assert rows == [
        ["bob", "note", "half⏎\\x1b[2J"],
        ["bob", "work", "session 319e80fd closed: +2 -0 in 1 file, 1 command"],
        ["bob", "owner", "nobody"],
        ["bob", "claim", "none"],
        ["bob", "status", "open"],
        ["bob", "claim", "number 1"],
        ["bob", "status", "in progress"],
        ["bob", "link", "commit c0ffee"],
        ["bob", "title", "Fix it"],
        ["bob", "labels", "a, b"],
        ["bob", "estimate", "1 h 30 min"],
        ["bob", "dependencies", "T-3, T-1"],
        ["bob", "acceptance", "none"],
        ["bob", "priority", "high"],
    ]
    one = qd("task", "history", "1", "-p", "app", "-f", "title").out.splitlines()
    assert len(one) == 2
    assert len(qd("task", "history", "1", "-p", "app", "--json").json) == 6


def test_estimates_and_numbers_are_read_as_people_write_them() -> None:
    assert [estimate(text) for text in ("90m", "2h", "1h30m", "1h 5m", "45", "none")] == [90, 120, 90, 65, 45, 0]
    assert [minutes(count) for count in (0, 5, 60, 90)] == ["", "5 min", "1 h", "1 h 30 min"]
    assert [number(text) for text in ("17", "T-17", "t17", "#T-17", "#17")] == [17] * 5
    for text in ("", "T-", "17a", "-17", "T-1234567890"):
        with pytest.raises(UsageError):
            number(text)


def test_a_session_is_started_from_a_task_and_shown_with_it(qd: QdCall, world: World, project: Json) -> None:
    add_task(world, project, "Fix \x1b]0;it\x07")
    started = qd("task", "start", "T-1", "-p", "app", "--ref", "next", "--lease", "1h", "--memory", "2G", "--tmp", "1M")
    session = world.sessions[0]
    assert (started.code, started.out) == (0, f"{session['uuid']}\n")
    assert "\x1b]" not in started.err
    assert f"qd run -s {ids.short(session['id'])} -- COMMAND" in started.err
    given = next(given for name, given in world.calls if name == "startTask")
    assert (given["ref"], given["leaseSeconds"], given["limits"]) == (
        "next",
        3600,
        {"memoryBytes": 2 * 1024**3, "temporaryBytes": 1024**2},
    )
    listed = qd("session", "list")
    assert ("TASK" in listed.out, "T-1" in listed.out, "\x1b]" in listed.out) == (True, True, False)
    shown = qd("session", "show", str(session["uuid"]))
    assert "T-1" in shown.out
    assert "(in progress)" in shown.out


def test_a_command_runs_in_the_session_at_once_and_its_exit_code_is_the_answer(
    qd: QdCall, world: World, project: Json
) -> None:
    add_task(world, project, "Fix it")

    async def ends(command: FakeCommand) -> Ending:
        return Ending(reason="EXITED", exit_code=3)

    world.programs["agent --go"] = ends
    ran = qd("task", "start", "T-1", "-p", "app", "--", "agent", "--go")
    assert ran.code == 3
    assert "stays open" in ran.err
    assert qd("task", "start", "T-1", "-p", "app", "--no-wait", "--", "agent").code == 2


def test_task_files_are_brought_together_and_what_came_of_it_is_said(qd: QdCall, world: World, project: Json) -> None:
    finding = {"path": "docs/TASKS.md", "line": 3, "number": 1, "message": "No \x1b]0;such", "nextStep": "Mend it."}
    project["taskSync"] |= {"state": "IN_STEP", "commit": "c" * 40, "read": 2, "written": 1, "conflicts": 1}
    project["taskSync"] |= {"findings": [finding], "findingsTotal": 1}
    ran = qd("task", "sync", "-p", "app", "--removals")
    assert ran.code == 0
    assert asked(world) == {"projectId": project["id"], "removals": True}
    assert "In step at commit cccccccccccc: 2 tasks read, 1 task written, 1 conflict." in ran.out
    assert "docs/TASKS.md:3 T-1  No " in ran.out
    assert "\x1b]" not in ran.out
    assert json.loads(qd("task", "sync", "-p", "app", "--json").out)["state"] == "IN_STEP"

    project["taskSync"] |= {"state": "FAILING", "error": "Gone.", "nextStep": "Look."}
    ran = qd("task", "sync", "-p", "app")
    assert (ran.code, "Gone." in ran.err, "Look." in ran.err) == (75, True, True)
    project["taskSync"] |= {"state": "WAITING"}
    assert qd("task", "sync", "-p", "app", "--within", "1s").code == 124


def test_settings_of_task_files_are_set_and_shown(qd: QdCall, world: World, project: Json) -> None:
    words = ("tasks-sync=on", "tasks-files=TODO.md,docs/TASKS.md", "tasks-conflicts=log", "tasks-branch=")
    project["taskSync"] |= {"state": "FAILING", "error": "Gone.", "nextStep": "Look.", "failedAt": NOW}
    ran = qd("project", "set", *words, "-p", "app")
    assert asked(world)["settings"] == {
        "taskFiles": {"enabled": True, "paths": ["TODO.md", "docs/TASKS.md"], "conflicts": "LOG", "branch": None}
    }
    assert "TODO.md, docs/TASKS.md on branch main" in ran.out
    assert "Gone. Look." in ran.out
    assert qd("project", "set", "tasks-conflicts=both", "-p", "app").code == 2


@pytest.mark.parametrize(
    ("field", "words", "value"),
    [
        ("TITLE", ["--value", "New"], '"New"'),
        ("LABELS", ["--value", "a, b"], '["a", "b"]'),
        ("DEPENDENCIES", ["--value", "T-3"], "[3]"),
        ("ESTIMATE", ["--value", "1h"], "60"),
        ("STATUS", ["--value", "in review"], '"in_review"'),
        ("OWNER", ["--value", "nobody"], "null"),
        ("TITLE", ["--take", "file"], None),
        (None, ["--take", "log"], None),
    ],
)
def test_a_conflict_is_shown_marked_and_decided(
    qd: QdCall, world: World, project: Json, field: str | None, words: list[str], value: str | None
) -> None:
    conflict = {"field": field, "base": "null", "file": '"a"', "log": '"b"', "sessionId": None, "foundAt": NOW}
    if field in {"LABELS", "DEPENDENCIES"}:
        conflict |= {"file": "[]", "log": "[]"}
    elif field == "ESTIMATE":
        conflict |= {"file": "60", "log": "90"}
    add_task(world, project, "One", conflicted=True, conflicts=[conflict])
    assert "conflict" in qd("task", "list", "-p", "app").out
    assert "qd task resolve T-1" in qd("task", "show", "T-1", "-p", "app").out
    assert qd("task", "resolve", "T-1", "-p", "app").code == 2
    assert qd("task", "resolve", "T-1", "-p", "app", *words).code == 0
    given = asked(world)
    assert (given.get("field"), given.get("value")) == (field, value)
    assert given["take"] == ("VALUE" if value else words[1].upper())
    assert qd("task", "resolve", "T-1", "-p", "app", *words).code == 2
