"""Files and API brought together."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.task_desk import PATH, Desk, is_nothing

from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import Priority
from quarterdeck.task_document.document import parse
from quarterdeck.task_document.edits import Insert
from quarterdeck.task_document.matching import Spot
from quarterdeck.task_document.merging import Merge, merge
from quarterdeck.task_document.synchronized import Conflict
from quarterdeck.task_document.values import Field, Note, TaskValues


def desk(text: str, *values: TaskValues) -> Desk:
    """Where both were brought together."""
    made = Desk()
    made.text = text
    for each in values:
        made.create(each)
    made.synchronize()
    assert is_nothing(made.synchronize())
    return made


def messages(found: Merge) -> list[str]:
    return [finding.message for _, finding in found.findings]


def test_items_without_an_id_become_tasks_and_get_one() -> None:
    made = Desk()
    made.text = "# Now\n- [ ] One @ada\n- [x] Two\n\ntext\n"

    found = made.synchronize()

    assert [(new.spot, new.wanted, new.values.title) for new in found.new_tasks] == [
        (Spot(PATH, 0), None, "One"),
        (Spot(PATH, 1), None, "Two"),
    ]
    assert made.text == "# Now\n- [ ] **T-1** One @ada\n- [x] **T-2** Two\n\ntext\n"
    assert made.api[1].owner == "ada"
    assert made.api[2].status is TaskStatus.DONE
    assert is_nothing(made.synchronize())


def test_tasks_of_the_api_come_to_the_first_file_if_they_are_to_be_done() -> None:
    made = Desk()
    made.text = "# Now\n- [ ] One\n\n# Inbox\n"
    made.create(TaskValues(title="New", labels=("a",)))
    made.create(TaskValues(title="Old", status=TaskStatus.DONE))

    made.synchronize(section="Inbox")

    assert made.text == "# Now\n- [ ] **T-3** One\n\n# Inbox\n\n- [ ] **T-1** New #a\n"
    assert is_nothing(made.synchronize())


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("title", "Other"),
        ("body", "Why.\n\n- how"),
        ("status", TaskStatus.IN_REVIEW),
        ("owner", "bo"),
        ("labels", ("x", "y")),
        ("priority", Priority.LOW),
        ("estimate", 15),
        ("dependencies", (4,)),
        ("acceptance", ("It works",)),
    ],
)
def test_what_one_side_changes_the_other_gets(what: str, value: Any) -> None:
    by_file, by_api = (desk("", TaskValues(title="Mend", labels=("x",), owner="ada")) for _ in range(2))
    by_file.rewrite(1, **{what: value})
    by_api.edit(1, **{what: value})

    found = by_file.synchronize()
    by_api.synchronize()

    assert [(change.number, change.field, change.value) for change in found.changes] == [(1, Field(what), value)]
    assert by_file.api == by_api.api
    assert by_file.text == by_api.text
    assert is_nothing(by_file.synchronize())
    assert is_nothing(by_api.synchronize())


def test_different_fields_merge_and_one_changed_to_two_values_is_a_conflict_that_keeps_both() -> None:
    made = desk("", TaskValues(title="Mend", owner="ada"))
    made.rewrite(1, title="Mend it", owner="bo")
    made.edit(1, priority=Priority.HIGH, owner="cy")

    found = made.synchronize()

    conflict = Conflict(number=1, field=Field.OWNER, base="ada", file="bo", api="cy")
    assert found.new_conflicts == (conflict,)
    assert made.text == "- [ ] **T-1** Mend it @bo !high\n"
    assert made.api[1] == TaskValues(title="Mend it", owner="cy", priority=Priority.HIGH)
    assert made.base[1].conflicts == (conflict,)
    again = made.synchronize()
    assert is_nothing(again)
    assert again.conflicts == (conflict,)


@pytest.mark.parametrize("value", ["ada", "bo", "cy", "di", None])
def test_a_decided_conflict_brings_its_value_to_both(value: str | None) -> None:
    made = desk("", TaskValues(title="Mend", owner="ada"))
    made.rewrite(1, owner="bo")
    made.edit(1, owner="cy")
    made.synchronize()

    made.decide(1, Field.OWNER, value)
    made.synchronize()

    assert made.api[1].owner == value
    assert parse(made.files[PATH]).tasks[0].values.owner == value
    assert made.base[1].conflicts == ()
    assert is_nothing(made.synchronize())


@pytest.mark.parametrize(
    ("file", "api", "expected"),
    [("cy", "cy", "cy"), ("bo", "bo", "bo"), ("ada", "cy", "cy"), ("bo", "ada", "bo"), ("di", "cy", None)],
)
def test_a_conflict_ends_when_the_sides_agree_and_is_another_with_other_values(
    file: str, api: str, expected: str | None
) -> None:
    made = desk("", TaskValues(title="Mend", owner="ada"))
    made.rewrite(1, owner="bo")
    made.edit(1, owner="cy")
    made.synchronize()

    made.rewrite(1, owner=file)
    made.edit(1, owner=api)
    found = made.synchronize()

    if expected:
        assert made.api[1].owner == parse(made.files[PATH]).tasks[0].values.owner == expected
        assert found.conflicts == made.base[1].conflicts == ()
    else:
        assert [(each.file, each.api) for each in found.new_conflicts] == [("di", "cy")]
    assert is_nothing(made.synchronize())


def test_labels_and_dependencies_merge_one_by_one() -> None:
    made = desk("", TaskValues(title="Mend", labels=("a", "b", "c"), dependencies=(3, 4)))
    made.rewrite(1, labels=("a", "c", "d"), dependencies=(3, 4, 5))
    made.edit(1, labels=("b", "c", "e"), dependencies=(4,))

    assert made.synchronize().conflicts == ()

    assert set(made.api[1].labels) == {"c", "d", "e"}
    assert made.api[1].dependencies == (4, 5)
    assert made.text == "- [ ] **T-1** Mend #e #d #c needs:T-4,T-5\n"
    assert is_nothing(made.synchronize())


def test_notes_of_both_sides_are_kept_once() -> None:
    same = Note(text="Both say so.", on="2026-11-20", by="ada")
    made = desk("", TaskValues(title="Mend", notes=(Note(text="First.", on="2026-11-19", by="ada"),)))
    made.text += "  - 2026-11-20 @bo: Both say so.\n  - From the file.\n"
    made.note(1, same)
    made.note(1, Note(text="From the API.", on="2026-11-20", by="cy"))

    found = made.synchronize()

    assert [new.note.text for new in found.notes] == ["From the file."]
    texts = ["First.", "Both say so.", "From the API.", "From the file."]
    assert [note.text for note in made.api[1].notes] == texts
    assert sorted(note.text for note in parse(made.files[PATH]).tasks[0].values.notes) == sorted(texts)
    assert is_nothing(made.synchronize())


def test_a_note_that_is_taken_out_of_the_file_does_not_come_back_and_stays_in_the_api() -> None:
    made = desk("", TaskValues(title="Mend", notes=(Note(text="A."), Note(text="B."))))
    made.text = made.text.replace("  - A.\n", "")
    made.note(1, Note(text="A.", on="2026-11-20", by="ada"))

    made.synchronize()

    assert made.text == "- [ ] **T-1** Mend\n\n  Notes:\n  - B.\n  - 2026-11-20 @ada: A.\n"
    assert [note.text for note in made.api[1].notes] == ["A.", "B.", "A."]
    assert is_nothing(made.synchronize())


def test_a_task_that_is_taken_out_of_the_file_is_dropped() -> None:
    made = desk("", TaskValues(title="Mend"), TaskValues(title="Paint"))
    made.text = made.text.replace("- [ ] **T-1** Mend\n", "")

    found = made.synchronize()

    assert [(change.number, change.value, change.spot) for change in found.changes] == [(1, TaskStatus.DROPPED, None)]
    assert made.text == "- [ ] **T-2** Paint\n"
    assert is_nothing(made.synchronize())
    made.edit(1, status=TaskStatus.OPEN)
    made.synchronize()
    assert made.text == "- [ ] **T-2** Paint\n- [ ] **T-1** Mend\n"


def test_a_finished_task_can_be_taken_out_of_the_file() -> None:
    made = desk("- [x] Mend\n- [ ] Paint\n")
    made.text = "- [ ] **T-2** Paint\n"

    assert is_nothing(made.synchronize())

    assert made.api[1].status is TaskStatus.DONE
    made.edit(1, owner="ada")
    assert is_nothing(made.synchronize())


def test_a_task_taken_out_of_the_file_and_finished_in_the_api_is_gone_on_both_sides() -> None:
    made = desk("", TaskValues(title="Mend"))
    made.text = ""
    made.edit(1, status=TaskStatus.DONE)

    assert is_nothing(made.synchronize())
    assert made.api[1].status is TaskStatus.DONE


@pytest.mark.parametrize("change", [{"owner": "bo"}, {"notes": (Note(text="Look."),)}])
def test_a_task_taken_out_of_the_file_and_edited_in_the_api_is_a_conflict(change: dict[str, Any]) -> None:
    made = desk("", TaskValues(title="Mend"))
    made.text = ""
    made.edit(1, **change)

    found = made.synchronize()

    assert [(each.number, each.field, each.file) for each in found.new_conflicts] == [(1, None, None)]
    assert made.api[1].status is TaskStatus.OPEN
    assert made.text == ""
    assert is_nothing(made.synchronize())
    made.decide(1, None)
    made.synchronize()
    assert made.text.startswith("- [ ] **T-1** Mend")
    assert is_nothing(made.synchronize())


def test_many_tasks_gone_at_once_are_not_believed_until_somebody_says_so() -> None:
    made = desk("", *(TaskValues(title=f"Task {number}") for number in range(12)))
    made.text = ""

    found = made.synchronize()

    assert "12 of 12 tasks are gone from the file" in messages(found)[0]
    assert is_nothing(found)
    assert all(task.status is TaskStatus.OPEN for task in made.api.values())
    assert len(made.synchronize(removals=True).changes) == 12
    assert is_nothing(made.synchronize())


def test_where_a_task_stands_means_nothing() -> None:
    made = desk("# A\n- [ ] Mend @ada\n\n# B\n- [ ] Paint\n")
    lines = made.text.splitlines(keepends=True)
    made.text = "".join([*lines[3:], lines[1]])
    assert is_nothing(made.synchronize())

    made.files = {"TODO.md": made.files[PATH], "more/TASKS.md": b"- [ ] Third\n"}
    made.synchronize()
    assert made.files["more/TASKS.md"] == b"- [ ] **T-3** Third\n"
    made.files = {"TODO.md": b"", "more/TASKS.md": made.files["TODO.md"] + made.files["more/TASKS.md"]}
    assert is_nothing(made.synchronize())


def test_a_task_that_is_split_becomes_two() -> None:
    made = desk("- [ ] Mend and paint\n\n  Both.\n")
    made.text = "- [ ] **T-1** Paint\n- [ ] **T-1** Mend and paint\n\n  Mending only.\n"

    found = made.synchronize()

    assert messages(found) == ["T-1 stands at another item as well, so this one is another task."]
    assert made.text == "- [ ] **T-2** Paint\n- [ ] **T-1** Mend and paint\n\n  Mending only.\n"
    assert made.api[1].body == "Mending only."
    assert is_nothing(made.synchronize())


def test_a_task_that_stands_twice_is_one_and_both_are_kept_alike() -> None:
    made = desk("- [ ] Mend\n")
    made.text += "\ntext\n\n" + made.text
    found = made.synchronize()
    assert messages(found) == ["T-1 stands here once more, and is changed here, too."]
    assert is_nothing(found)
    made.edit(1, owner="ada")

    made.synchronize()

    assert made.text == "- [ ] **T-1** Mend @ada\n\ntext\n\n- [ ] **T-1** Mend @ada\n"
    assert is_nothing(made.synchronize())
    assert len(made.api) == 1


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] Mend the login @bo",
        "- [ ] T-1 Mend the login @bo",
        "- [ ] **T-99** Mend the login @bo",
        "- [ ] Mend the logins @bo",
        "- [ ] **T-2** Mend the login @bo",
    ],
)
def test_a_task_whose_id_was_taken_away_or_changed_is_known_by_what_it_says(line: str) -> None:
    made = desk("- [ ] Mend the login @ada\n- [ ] Paint\n")
    made.text = f"{line}\n- [ ] **T-2** Paint\n"

    found = made.synchronize()

    assert len(made.api) == 2
    assert made.text.startswith("- [ ] **T-1** ")
    assert made.api[1].owner == "bo"
    assert made.api[2].title == "Paint"
    assert "is T-1 by what it says" in messages(found)[0]
    assert is_nothing(made.synchronize())


def test_a_task_known_by_its_body_has_another_title() -> None:
    body = "A body that is long enough to tell which task this is."
    made = desk(f"- [ ] Mend\n\n  {body}\n")
    made.text = f"- [ ] Quite another title\n\n  {body}\n"

    made.synchronize()

    assert [task.title for task in made.api.values()] == ["Quite another title"]


def test_an_item_with_the_id_of_another_task_that_is_gone_is_the_one_it_was() -> None:
    made = desk("- [ ] Mend\n- [ ] Paint\n")
    made.text = "- [ ] **T-2** Mend\n"

    made.synchronize()

    assert made.text == "- [ ] **T-1** Mend\n"
    assert made.api[1].title == "Mend"
    assert made.api[2] == TaskValues(title="Paint", status=TaskStatus.DROPPED)
    assert is_nothing(made.synchronize())


def test_an_unknown_id_at_something_new_is_replaced() -> None:
    made = desk("- [ ] Mend\n")
    made.text += "- [ ] **T-99** Something else\n"

    found = made.synchronize()

    assert found.new_tasks[0].wanted == 99
    assert messages(found) == ["There is no task T-99, so this is a new one."]
    assert made.text == "- [ ] **T-1** Mend\n- [ ] **T-2** Something else\n"


def test_a_task_made_on_both_sides_with_one_title_is_one() -> None:
    made = desk("- [ ] Mend\n")
    made.text += "- [ ] Paint  The Mast @ada !low\n"
    made.create(TaskValues(title="paint the mast", owner="bo", labels=("x",)))

    found = made.synchronize()

    assert len(made.api) == 2
    assert [each.field for each in found.new_conflicts] == [Field.TITLE, Field.OWNER]
    assert made.api[2].priority is Priority.LOW
    assert made.text == "- [ ] **T-1** Mend\n- [ ] **T-2** Paint  The Mast @ada !low #x\n"
    assert is_nothing(made.synchronize())


def test_what_is_ticked_in_the_file_while_the_api_goes_on_is_a_conflict() -> None:
    made = desk("", TaskValues(title="Mend", status=TaskStatus.IN_PROGRESS))
    made.text = made.text.replace("[ ]", "[x]")
    made.edit(1, status=TaskStatus.IN_REVIEW)

    (conflict,) = made.synchronize().new_conflicts

    assert (conflict.file, conflict.api) == (TaskStatus.DONE, TaskStatus.IN_REVIEW)


def test_what_cannot_be_read_of_a_field_changes_nothing() -> None:
    made = desk("", TaskValues(title="Mend", status=TaskStatus.BLOCKED))
    made.text = made.text.replace("blocked", "blokced")
    assert is_nothing(made.synchronize())
    made.edit(1, status=TaskStatus.OPEN)
    assert is_nothing(made.synchronize())

    made.text = made.text.replace("blokced", "blocked")
    made.synchronize()

    assert made.text == "- [ ] **T-1** Mend\n"


def test_words_after_the_attributes_do_not_take_them_away() -> None:
    made = desk("", TaskValues(title="Mend", owner="ada", labels=("a", "b"), status=TaskStatus.BLOCKED))
    made.text = made.text.replace("\n", " waits for Bo #c\n")

    found = made.synchronize()

    expected = TaskValues(
        title="Mend @ada #a #b status:blocked waits for Bo",
        owner="ada",
        labels=("a", "b", "c"),
        status=TaskStatus.BLOCKED,
    )
    assert made.api[1] == expected
    assert sum("stands in the midst of the title" in each for each in messages(found)) == 3
    assert is_nothing(made.synchronize())


@pytest.mark.parametrize("line", ["- **T-1** Mend", "> - [ ] **T-1** Mend", "- [ ] Group\n  - [ ] **T-1** Mend"])
def test_a_task_whose_item_is_no_task_any_more_is_not_gone(line: str) -> None:
    made = desk("- [ ] Mend\n")
    made.text = f"{line}\n"

    made.synchronize()
    made.edit(1, owner="ada")

    assert is_nothing(made.synchronize())
    assert made.api[1].status is TaskStatus.OPEN


def test_a_task_that_the_file_cannot_hold_stays_in_the_api_and_is_tried_again() -> None:
    made = desk("- [ ] Mend\n\n  Notes:\n  - x\n")
    before = made.text
    made.edit(1, body="```\nopen")
    made.create(TaskValues(title="Bad", body="<!--", notes=(Note(text="n"),)))

    for _ in range(2):
        made.synchronize()
        assert made.text == before
        assert made.api[1].body == "```\nopen"
        assert 2 not in made.base
    made.edit(1, body="```\nclosed\n```")
    made.synchronize()
    assert "```\n  closed\n  ```" in made.text


def test_what_the_api_does_not_take_is_tried_again_and_not_undone() -> None:
    made = desk("", TaskValues(title="Mend", owner="ada"))
    made.rewrite(1, owner="nobody")
    before = made.api[1]
    made.synchronize()
    made.base = desk("", before).base
    made.api[1] = before

    found = made.synchronize()

    assert [change.value for change in found.changes] == ["nobody"]


def test_a_new_task_without_an_id_yet_stays_as_it_is() -> None:
    document = parse(b"- [ ] Mend\n")

    assert merge({}, {PATH: document}, {}).edits({}) == {}


def test_without_a_file_nothing_is_put_anywhere() -> None:
    assert is_nothing(merge({}, {}, {1: TaskValues(title="Mend")}))


def test_a_new_task_without_a_title_that_can_be_read_is_left_alone() -> None:
    made = Desk()
    made.text = f"- [ ] {'x' * 201}\n"

    assert is_nothing(made.synchronize())


def test_values_of_the_api_are_compared_as_a_file_gives_them_back() -> None:
    values = TaskValues(title=" Mend ", body="\n\n  a\r\n   b  \n \n", acceptance=("a  b", " "), dependencies=(3, 1, 3))
    made = Desk()
    number = made.create(values)

    made.synchronize()

    assert is_nothing(made.synchronize())
    assert made.api[number] == values


def test_inserts_name_the_section() -> None:
    found = merge({}, {PATH: parse(b"")}, {1: TaskValues(title="Mend")}, section="Inbox")

    assert found.file_edits == {PATH: (Insert(number=1, values=TaskValues(title="Mend"), section="Inbox"),)}


def test_an_open_conflict_stays_while_the_files_are_not_believed() -> None:
    made = desk("", *(TaskValues(title=f"Task {number}") for number in range(12)))
    first, rest = made.text.split("\n", 1)
    made.text = rest
    made.edit(1, owner="ada")
    assert len(made.synchronize().new_conflicts) == 1

    made.text = ""
    made.synchronize()
    made.text = rest

    found = made.synchronize()
    assert is_nothing(found)
    assert len(found.conflicts) == 1
    made.text = f"{first}\n{rest}"
    made.synchronize()
    assert "@ada" in made.text


def test_copies_that_differ_from_the_base_are_told_by_their_titles() -> None:
    made = desk("- [ ] Mend\n")
    made.text = "- [ ] **T-1** Other\n- [ ] **T-1** Mend @ada\n"

    made.synchronize()

    assert made.api[1] == TaskValues(title="Mend", owner="ada")
    assert made.api[2] == replace(made.api[2], title="Other")
