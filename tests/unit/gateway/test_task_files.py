"""Task files by the API: settings, asking for them to be brought together, and deciding conflicts."""

import json
from typing import Any

import pytest
from tests.support.gateway import Running, uuid_of
from tests.unit.gateway.test_tasks import ask, change, create, gateway, project

from quarterdeck.domain.task_conflicts import TaskConflictFound
from quarterdeck.domain.task_files import (
    FOLLOWED_ID,
    SyncFinding,
    SynchronizedFile,
    TaskFilesFollowed,
    TaskFilesWritten,
    TaskSyncFailed,
    TaskSynchronized,
    task_files_id,
)

__all__ = ["gateway"]

SYNC = """
state commit writtenCommit read written conflicts asked answered error nextStep
findings { path line number message }
"""
CONFLICTS = "conflicted conflicts { field base file log sessionId }"


async def settings(gateway: Running, project_id: str, **files: object) -> Any:
    answer = await gateway.ask(
        "mutation($input: ChangeProjectSettingsInput!) { changeProjectSettings(input: $input) {"
        "... on ChangeProjectSettingsPayload { project { settings { taskFiles { enabled paths branch conflicts } } } }"
        "... on Failure { code message nextStep field } } }",
        {"input": {"projectId": project_id, "settings": {"taskFiles": files}}},
    )
    assert "errors" not in answer, answer
    return answer["data"]["changeProjectSettings"]


async def sync(gateway: Running, project_id: str) -> Any:
    found = await ask(gateway, f"query($id: ID!) {{ project(id: $id) {{ taskSync {{ {SYNC} }} }} }}", id=project_id)
    return found["project"]["taskSync"]


async def request(gateway: Running, project_id: str, token: str | None = None) -> Any:
    answer = await gateway.ask(
        "mutation($input: SyncTasksInput!) { syncTasks(input: $input) {"
        "... on SyncTasksPayload { request position } ... on Failure { code message nextStep } } }",
        {"input": {"projectId": project_id}},
        token=token,
    )
    return answer["data"]["syncTasks"]


async def test_files_are_followed_when_the_settings_say_so(gateway: Running) -> None:
    project_id = await project(gateway)
    assert (await request(gateway, project_id))["code"] == "CONFLICT"
    assert (await sync(gateway, project_id))["state"] == "OFF"

    changed = await settings(gateway, project_id, enabled=True, paths=["TODO.md", "docs/TASKS.md"], conflicts="LOG")
    assert changed["project"]["settings"]["taskFiles"] == {
        "enabled": True,
        "paths": ["TODO.md", "docs/TASKS.md"],
        "branch": None,
        "conflicts": "LOG",
    }
    assert (await sync(gateway, project_id))["state"] == "WAITING"
    followed = [each.event for each in await gateway.house.log.load(FOLLOWED_ID)]
    assert followed == [TaskFilesFollowed(project_id=uuid_of(project_id), on=True)]

    back = await settings(gateway, project_id, paths=None, enabled=False)
    assert back["project"]["settings"]["taskFiles"]["paths"] == ["docs/TASKS.md"]
    assert len(await gateway.house.log.load(FOLLOWED_ID)) == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"paths": []}, "paths"),
        ({"paths": ["../TASKS.md"]}, "paths"),
        ({"paths": ["/etc/passwd"]}, "paths"),
        ({"paths": [".git/config"]}, "paths"),
        ({"paths": ["a", "a"]}, "paths"),
        ({"branch": "a..b"}, "branch"),
        ({"section": "x\ny"}, "section"),
        ({"botName": "<x>"}, "botName"),
        ({"botMail": ""}, "botMail"),
    ],
)
async def test_settings_that_make_no_sense_are_refused(gateway: Running, given: dict[str, Any], field: str) -> None:
    failure = await settings(gateway, await project(gateway), **given)
    assert (failure["code"], failure["field"]) == ("INVALID_INPUT", f"settings.taskFiles.{field}")


async def test_how_it_stands_is_shown(gateway: Running) -> None:
    project_id = await project(gateway)
    await settings(gateway, project_id, enabled=True)
    asked = await request(gateway, project_id)
    assert asked["request"] == 1
    stream_id, identifier = task_files_id(uuid_of(project_id)), uuid_of(project_id)
    finding = SyncFinding(path="docs/TASKS.md", line=3, message="No.", number=1)
    done = TaskSynchronized(
        commit="a" * 40,
        answers=1,
        writing=(SynchronizedFile(path="docs/TASKS.md", blob="b" * 40),),
        read=2,
        written=1,
        findings=(finding,),
        findings_total=1,
    )
    await gateway.house.put(stream_id, done, project_id=identifier)
    assert (await sync(gateway, project_id))["state"] == "WAITING"
    await gateway.house.put(stream_id, TaskFilesWritten(commit="c" * 40), project_id=identifier)
    shown = await sync(gateway, project_id)
    assert (shown["state"], shown["commit"], shown["read"], shown["written"]) == ("IN_STEP", "c" * 40, 2, 1)
    assert shown["findings"] == [{"path": "docs/TASKS.md", "line": 3, "number": 1, "message": "No."}]
    failed = TaskSyncFailed(message="Gone.", next_step="Look.", answers=1)
    await gateway.house.put(stream_id, failed, project_id=identifier)
    shown = await sync(gateway, project_id)
    assert (shown["state"], shown["error"], shown["nextStep"]) == ("FAILING", "Gone.", "Look.")


async def found_conflict(gateway: Running, project_id: str, **conflict: Any) -> dict[str, Any]:
    task = await create(gateway, project_id, "In the log")
    told: dict[str, Any] = {"field": "title", "base": "Old", "file": "In the file", "log": "In the log", **conflict}
    event = TaskConflictFound(**told)
    await gateway.house.put(uuid_of(task["id"]), event, project_id=uuid_of(project_id))
    return task


async def conflicts(gateway: Running, task_id: str) -> Any:
    return (await ask(gateway, f"query($id: ID!) {{ task(id: $id) {{ title {CONFLICTS} }} }}", id=task_id))["task"]


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"take": "FILE"}, "In the file"),
        ({"take": "LOG"}, "In the log"),
        ({"take": "VALUE", "value": json.dumps("In both")}, "In both"),
    ],
)
async def test_a_conflict_shows_both_values_and_is_decided(gateway: Running, given: dict[str, Any], title: str) -> None:
    project_id = await project(gateway)
    task = await found_conflict(gateway, project_id)
    shown = await conflicts(gateway, task["id"])
    assert shown["conflicted"]
    assert shown["conflicts"] == [
        {"field": "TITLE", "base": '"Old"', "file": '"In the file"', "log": '"In the log"', "sessionId": None}
    ]
    assert (await sync(gateway, project_id))["conflicts"] == 1

    await change(gateway, "resolveTaskConflict", taskId=task["id"], field="TITLE", **given)
    assert await conflicts(gateway, task["id"]) == {"title": title, "conflicted": False, "conflicts": []}


async def test_dependencies_are_decided_with_what_the_project_knows_of_them(gateway: Running) -> None:
    project_id = await project(gateway)
    await create(gateway, project_id)
    task = await found_conflict(gateway, project_id, field="dependencies", base=(), file=(1,), log=())
    changed = await change(gateway, "resolveTaskConflict", taskId=task["id"], field="DEPENDENCIES", take="FILE")
    assert [each["number"] for each in changed["dependencies"]] == [1]
    other = await change(gateway, "editTask", taskId=task["id"], changes={"dependencies": [2]})
    assert other["code"] == "CONFLICT"


async def test_a_task_that_was_taken_out_is_dropped_or_kept(gateway: Running) -> None:
    project_id = await project(gateway)
    for take, status in (("FILE", "DROPPED"), ("LOG", "OPEN")):
        task = await found_conflict(gateway, project_id, field=None, base=None, file=None, log=None)
        changed = await change(gateway, "resolveTaskConflict", taskId=task["id"], take=take)
        assert changed["status"] == status


async def test_what_cannot_be_decided_so_is_said(gateway: Running) -> None:
    project_id = await project(gateway)
    task = await found_conflict(gateway, project_id)
    for given, code in (
        ({"field": "BODY", "take": "LOG"}, "NOT_FOUND"),
        ({"field": "TITLE", "take": "VALUE"}, "INVALID_INPUT"),
        ({"field": "TITLE", "take": "VALUE", "value": "{}"}, "INVALID_INPUT"),
        ({"field": "TITLE", "take": "VALUE", "value": "no json"}, "INVALID_INPUT"),
        ({"field": "TITLE", "take": "VALUE", "value": '""'}, "INVALID_INPUT"),
    ):
        failure = await change(gateway, "resolveTaskConflict", taskId=task["id"], **given)
        assert failure["code"] == code, failure


async def test_a_stranger_sees_and_asks_nothing(gateway: Running) -> None:
    project_id = await project(gateway)
    await settings(gateway, project_id, enabled=True)
    task = await found_conflict(gateway, project_id)
    stranger = await gateway.house.another_user("mallory")
    assert (await request(gateway, project_id, stranger))["code"] == "NOT_FOUND"
    failure = await change(gateway, "resolveTaskConflict", token=stranger, taskId=task["id"], field="TITLE", take="LOG")
    assert failure["code"] == "NOT_FOUND"
