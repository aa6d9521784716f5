"""What is kept of an answer, and what is answered from that: pure functions."""

from typing import Any
from uuid import uuid4

import pytest

from quarterdeck_cli import ids
from quarterdeck_cli.offline.answers import answer
from quarterdeck_cli.offline.listings import listed_in
from quarterdeck_cli.offline.nodes import LARGEST, Json, found_in, merged
from quarterdeck_cli.offline.waiting import Waiting, with_changes

PROJECT = ids.global_id("Project", uuid4())


def task(number: int, title: str = "A task", **more: Any) -> Json:
    return {
        "id": ids.global_id("Task", uuid4()),
        "number": number,
        "reference": f"T-{number}",
        "title": title,
        "status": "OPEN",
        "revision": 1,
        "labels": [],
        "priority": "NORMAL",
        "updatedAt": "2026-11-23T08:00:00+00:00",
        "project": {"id": PROJECT, "name": "app"},
        **more,
    }


class Seen:
    """A View of some tasks."""

    user = "ann"

    def __init__(self, *tasks: Json) -> None:
        self._tasks = list(tasks)

    def tasks(self, project_id: str | None) -> list[Json]:
        return [each for each in self._tasks if project_id in {None, each["project"]["id"]}]

    def task(self, identifier: str) -> Json | None:
        return next((each for each in self._tasks if each["id"] == identifier), None)

    def nodes(self, kind: str, project_id: str | None = None) -> list[Json]:
        return []

    def node(self, kind: str, identifier: str) -> Json | None:
        return None

    def notes(self, task: str) -> list[Json]:
        return []

    def listed_at(self, kind: str, project_id: str | None = None) -> float | None:
        return 1.0

    def seen_at(self, kind: str, identifier: str) -> float | None:
        return 1.0


@pytest.mark.parametrize(
    ("chosen", "text", "found"),
    [
        ({}, None, [1, 2, 3]),
        ({"status": ["DONE"]}, None, [2]),
        ({"label": ["ui"]}, None, [3]),
        ({"label": ["ui", "bug"]}, None, []),
        ({"priority": ["HIGH", "URGENT"]}, None, [1]),
        ({"owner": "me"}, None, [2]),
        ({"owner": "bob"}, None, [3]),
        ({"unowned": True}, None, [1]),
        ({}, "PUMP", [1]),
        ({}, "pump valve", []),
        ({}, '"pump"', [1]),
        ({}, "deep -well", [3]),
    ],
)
def test_tasks_are_chosen_as_the_server_chooses_them(chosen: Json, text: str | None, found: list[int]) -> None:
    view = Seen(
        task(1, "Fix the pump", priority="HIGH"),
        task(2, "Deep well", status="DONE", ownerName="ann"),
        task(3, "Valve", body="deep down", labels=["ui"], ownerName="bob"),
    )
    known = answer(view, "tasks", {"projectId": PROJECT, "filter": chosen, "text": text})
    assert known
    assert [edge["node"]["number"] for edge in known.data["tasks"]["edges"]] == found


def test_a_board_has_every_status_and_the_most_urgent_first() -> None:
    view = Seen(task(1), task(2, priority="URGENT"), task(3, status="DONE"))
    known = answer(view, "task_board", {"projectId": PROJECT, "groupBy": "STATUS", "filter": None, "first": 1})
    assert known
    columns = {each["key"]: each for each in known.data["taskBoard"]["columns"]}
    assert list(columns) == ["open", "claimed", "in_progress", "blocked", "in_review", "done", "dropped"]
    assert columns["open"]["count"] == 2
    assert [each["number"] for each in columns["open"]["entries"]] == [2]
    assert columns["done"]["count"] == 1


@pytest.mark.parametrize(("grouping", "keys"), [("OWNER", ["ann", None]), ("LABEL", ["bug", None, "ui"])])
def test_a_board_by_owner_or_label_has_the_fullest_column_first(grouping: str, keys: list[str | None]) -> None:
    view = Seen(task(1, ownerName="ann", labels=["bug", "ui"]), task(2, ownerName="ann", labels=["bug"]), task(3))
    known = answer(view, "task_board", {"projectId": PROJECT, "groupBy": grouping, "filter": None, "first": 9})
    assert known
    found = [each["key"] for each in known.data["taskBoard"]["columns"]]
    assert found[0] == keys[0]
    assert set(found) == set(keys)


def test_whole_objects_are_found_wherever_an_answer_has_them_and_parts_are_not() -> None:
    one = task(1)
    data = {"a": [{"edges": [{"node": one}]}], "session": {"task": {"id": one["id"], "title": "only a part"}}}
    [node] = found_in(data, None)
    assert (node.kind, node.id, node.project_id, node.state, node.place) == (
        *("Task", one["id"], PROJECT, "OPEN", "000000000001"),
    )


def test_of_a_huge_object_the_short_parts_are_kept() -> None:
    [node] = found_in(task(1, body="x" * LARGEST), None)
    assert node.node.keys() == task(1).keys()


def test_an_answer_with_less_takes_nothing_away_unless_the_object_has_changed() -> None:
    whole = task(1, body="text", acceptance=["it works"])
    row = {name: value for name, value in whole.items() if name not in {"body", "acceptance", "project"}}
    assert merged(whole, row) == whole
    later = merged(whole, {**row, "revision": 2})
    assert "acceptance" not in later
    assert later["project"] == whole["project"]


@pytest.mark.parametrize(
    ("variables", "more", "states", "above", "upto"),
    [
        ({"filter": {"status": ["OPEN"]}}, False, ("OPEN",), "", None),
        ({"filter": {"status": ["OPEN"]}}, True, ("OPEN",), "000000000002", None),
        ({"filter": None, "after": "x"}, True, (), "000000000002", "000000000005"),
        ({"filter": {"label": ["ui"]}}, False, None, "", None),
        ({"filter": {}, "text": "pump"}, False, None, "", None),
    ],
)
def test_a_page_tells_what_it_would_have_shown(
    variables: Json,
    more: bool,
    states: Any,
    above: str,
    upto: str | None,
) -> None:
    edges = [{"node": task(number)} for number in (5, 2)]
    data = {"tasks": {"edges": edges, "pageInfo": {"hasNextPage": more}}}
    listed = listed_in("tasks", {"projectId": PROJECT, **variables}, data)
    assert listed
    assert (listed.states, listed.above, listed.upto) == (states, above, upto)


def test_changes_show_on_their_task_and_those_in_trouble_only_that_they_are_there() -> None:
    one = task(1, dependencies=[{"number": 4, "reference": "T-4", "title": "Earlier", "status": "OPEN"}])

    def change(document: str, trouble: str = "", **asked: Any) -> Waiting:
        return Waiting(
            number=1, key="k", document=document, input=asked, task=one["id"], said="", made_at=0.0, was={},
            attempted=False, trouble=trouble, next_step="",
        )  # fmt: skip

    shown = with_changes(
        one,
        [
            change("change_task_status", status="DONE", reason="it is"),
            change("edit_task", changes={"title": "New", "dependencies": [4, 5]}),
            change("edit_task", trouble="no", changes={"title": "Not taken"}),
        ],
    )
    assert (shown["status"], shown["title"], shown["pending"]) == ("DONE", "New", True)
    assert [each["title"] for each in shown["dependencies"]] == ["Earlier", ""]
    assert with_changes(task(2), [change("edit_task", changes={"title": "x"})]).get("pending") is None
