"""Writing task files."""

import difflib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.task_files import CORPUS, FULL, VALUES, markdown

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import Priority
from quarterdeck.task_document.document import FileTask, TaskDocument, parse
from quarterdeck.task_document.edits import Edit, Insert, Move, Remove, Update, Written, write
from quarterdeck.task_document.lines import split
from quarterdeck.task_document.values import Field, Note, TaskValues, equal, normal, with_value


def update(document: TaskDocument, item: int, number: int | None = None, **changes: Any) -> Update:
    task = document.tasks[item]
    return Update(item=item, values=replace(task.values, **changes), number=number or task.number)


def edited(text: str, edit: Callable[[TaskDocument], Edit]) -> str:
    document = parse(text.encode())
    written = write(document, [edit(document)])
    assert written.refused == ()
    assert_read_again(written)
    return written.data.decode()


def assert_read_again(written: Written) -> None:
    """As it is said to be."""
    again = parse(written.data).tasks
    assert [task.number for task in again] == [task.number for task in written.tasks]
    for task, said in zip(again, written.tasks, strict=True):
        assert equal(task.values, said.values)
        assert task.unread == said.unread


def changed_lines(before: bytes, after: bytes) -> list[tuple[int, int]]:
    """Ranges of lines of `before`, ends of lines counted."""
    found = difflib.SequenceMatcher(None, before.splitlines(True), after.splitlines(True), autojunk=False)
    return [(a, b) for tag, a, b, _, _ in found.get_opcodes() if tag != "equal"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "Paint it"}, "- [ ] Paint it @ada #auth\n"),
        ({"title": "Ask @bo"}, "- [ ] Ask \\@bo @ada #auth\n"),
        ({"title": "Set status:done"}, "- [ ] Set status\\:done @ada #auth\n"),
        ({"title": "See \\!high"}, "- [ ] See \\\\!high @ada #auth\n"),
        ({"owner": "bo"}, "- [ ] Mend @bo #auth\n"),
        ({"owner": None}, "- [ ] Mend #auth\n"),
        ({"owner": "Ada Lovelace"}, "- [ ] Mend owner:Ada%20Lovelace #auth\n"),
        ({"labels": ()}, "- [ ] Mend @ada\n"),
        ({"labels": ("web", "auth")}, "- [ ] Mend @ada #auth #web\n"),
        ({"labels": ("12", "v1.", "c++")}, "- [ ] Mend @ada #c++ labels:12,v1.\n"),
        ({"priority": Priority.URGENT}, "- [ ] Mend @ada #auth !urgent\n"),
        ({"estimate": 90}, "- [ ] Mend @ada #auth estimate:1h30m\n"),
        ({"estimate": 45}, "- [ ] Mend @ada #auth estimate:45m\n"),
        ({"dependencies": (7, 3)}, "- [ ] Mend @ada #auth needs:T-3,T-7\n"),
        ({"status": TaskStatus.DONE}, "- [x] Mend @ada #auth\n"),
        ({"status": TaskStatus.DROPPED}, "- [x] Mend @ada #auth status:dropped\n"),
        ({"status": TaskStatus.IN_PROGRESS}, "- [ ] Mend @ada #auth status:in-progress\n"),
        ({"number": 17}, "- [ ] **T-17** Mend @ada #auth\n"),
        ({"body": "Why.\n\n- how"}, "- [ ] Mend @ada #auth\n\n  Why.\n\n  - how\n"),
        ({"body": "Notes:\n- x"}, "- [ ] Mend @ada #auth\n\n  Notes\\:\n  - x\n"),
        ({"acceptance": ("It works",)}, "- [ ] Mend @ada #auth\n\n  Acceptance:\n  - [ ] It works\n"),
        (
            {"notes": (Note(text="Two\nlines", on="2026-11-20", by="Ada Lovelace"),)},
            "- [ ] Mend @ada #auth\n\n  Notes:\n  - 2026-11-20 @Ada%20Lovelace: Two\n    lines\n",
        ),
    ],
)
def test_a_field_is_written(changes: dict[str, Any], expected: str) -> None:
    before, after = "# Tasks\n- [ ] Above\n", "- [ ] Below\n\ntext\n"

    text = edited(f"{before}- [ ] Mend @ada #auth\n{after}", lambda document: update(document, 1, **changes))

    assert text == before + expected + after


@pytest.mark.parametrize(
    ("text", "changes", "expected"),
    [
        ("- [ ] a\n  old\n", {"body": "new"}, "- [ ] a\n\n  new\n"),
        ("- [ ] a\n  old\n  - list\n", {"body": ""}, "- [ ] a\n"),
        ("- [ ] a\n\n    old\n", {"body": "new\n  in"}, "- [ ] a\n\n    new\n      in\n"),
        ("- [ ] a\n\n    old\n", {"body": "    code"}, "- [ ] a\n\n      code\n"),
        ("-\t[ ] a\n\n\told\n", {"body": "new\n\nmore"}, "-\t[ ] a\n\n\tnew\n\n\tmore\n"),
        ("10. [ ] a\n", {"body": "new"}, "10. [ ] a\n\n    new\n"),
        ("- G\n  * [ ] a\n", {"body": "new"}, "- G\n  * [ ] a\n\n    new\n"),
        ("- [ ] a\n  Notes:\n  - x\n", {"body": "new"}, "- [ ] a\n\n  new\n\n  Notes:\n  - x\n"),
        ("- [ ] a\ntext\nNotes:\n  - x\n", {"body": "new"}, "- [ ] a\n\n  new\n\n  Notes:\n  - x\n"),
        (
            "- [ ] a\n  Acceptance:\n  - [x] one\n  - [ ] two\n\n  after\n",
            {"acceptance": ("two", "one", "three")},
            "- [ ] a\n  Acceptance:\n  - [ ] two\n  - [x] one\n  - [ ] three\n\n  after\n",
        ),
        (
            "- [ ] a\n  Acceptance:\n  1. one\n",
            {"acceptance": ("one", "two")},
            "- [ ] a\n  Acceptance:\n  1. one\n  2. two\n",
        ),
        ("- [ ] a\n\n  b\n\n  Acceptance:\n  - one\n", {"acceptance": ()}, "- [ ] a\n\n  b\n"),
        (
            "- [ ] a\n  text\n  Notes:\n  - x\n",
            {"acceptance": ("one",)},
            "- [ ] a\n  text\n\n  Acceptance:\n  - [ ] one\n\n  Notes:\n  - x\n",
        ),
        (
            "- [ ] a\n  Notes:\n  1. x\n\n  after\n",
            {"notes": (Note(text="x"), Note(text="y", by="bo"))},
            "- [ ] a\n  Notes:\n  1. x\n  2. @bo: y\n\n  after\n",
        ),
        ("- [ ] a\n  @ada !high\n  #x\n", {"owner": "bo", "labels": ()}, "- [ ] a\n  @bo !high\n"),
        ("- [ ] a\n  @ada\n", {"labels": ("x",)}, "- [ ] a\n  @ada #x\n"),
        ("- [X]  a\n", {"title": "b"}, "- [X]  b\n"),
        ("- [X] a status:dropped\n", {"status": TaskStatus.OPEN}, "- [ ] a\n"),
        ("- [x] a status:blocked\n", {"status": TaskStatus.BLOCKED}, "- [ ] a status:blocked\n"),
        ("- [ ] a !soon @ada\n", {"owner": None}, "- [ ] a !soon\n"),
        ("- [ ] a\r\n- [ ] b\r\n", {"body": "c"}, "- [ ] a\r\n\r\n  c\r\n- [ ] b\r\n"),
        ("- [ ] a\n\r  b\n\nc\r", {"body": "x\ny"}, "- [ ] a\n\r  x\n  y\r\n\nc\r"),
        ("- [ ] a", {"body": "c"}, "- [ ] a\n\n  c"),
        ("\ufeff- [ ] a", {"title": "b"}, "\ufeff- [ ] b"),
    ],
)
def test_the_way_that_a_file_is_written_in_is_kept(text: str, changes: dict[str, Any], expected: str) -> None:
    assert edited(text, lambda document: update(document, 0, **changes)) == expected


NEW = TaskValues(title="New", body="Why.")


@pytest.mark.parametrize(
    ("text", "section", "expected"),
    [
        ("", "", "- [ ] **T-9** New\n\n  Why.\n"),
        ("text", "", "text\n\n- [ ] **T-9** New\n\n  Why."),
        ("# A\n* [ ] a\n\n# B\n", "", "# A\n* [ ] a\n* [ ] **T-9** New\n\n  Why.\n\n# B\n"),
        ("# A\n* [ ] a\n\n# B\ntext\n", "b", "# A\n* [ ] a\n\n# B\ntext\n\n* [ ] **T-9** New\n\n  Why.\n"),
        ("# A\n# B\n", "A", "# A\n\n- [ ] **T-9** New\n\n  Why.\n\n# B\n"),
        ("### A\n- [ ] a\n\n\n", "B", "### A\n- [ ] a\n\n### B\n\n- [ ] **T-9** New\n\n  Why.\n\n\n"),
        ("", "Tasks", "## Tasks\n\n- [ ] **T-9** New\n\n  Why.\n"),
        ("- [ ] a\n\n- [ ] b\n", "", "- [ ] a\n\n- [ ] b\n\n- [ ] **T-9** New\n\n  Why.\n"),
        ("1) [ ] a\n2) [ ] b\n", "", "1) [ ] a\n2) [ ] b\n3) [ ] **T-9** New\n\n   Why.\n"),
        ("- G\n  + [ ] a\n- H\n", "", "- G\n  + [ ] a\n  + [ ] **T-9** New\n\n    Why.\n\n- H\n"),
        ("- [ ] a\r\n", "", "- [ ] a\r\n- [ ] **T-9** New\r\n\r\n  Why.\r\n"),
        ("- [ ] a\n  ```\n  x\n  ```\ntext\n", "", "- [ ] a\n  ```\n  x\n  ```\n- [ ] **T-9** New\n\n  Why.\n\ntext\n"),
    ],
)
def test_a_new_task_goes_to_the_end_of_its_section(text: str, section: str, expected: str) -> None:
    assert edited(text, lambda _: Insert(number=9, values=NEW, section=section)) == expected


def test_several_new_tasks_keep_their_order_and_share_a_new_section() -> None:
    edits = [
        Insert(number=9, values=TaskValues(title="a"), section="New"),
        Insert(number=8, values=TaskValues(title="b"), section="New"),
        Insert(number=7, values=TaskValues(title="c")),
    ]

    written = write(parse(b"1. [ ] x\n"), edits)

    assert written.data == b"1. [ ] x\n2. [ ] **T-7** c\n\n## New\n\n- [ ] **T-9** a\n- [ ] **T-8** b\n"
    assert_read_again(written)


@pytest.mark.parametrize(
    ("text", "item", "expected"),
    [
        ("- [ ] a\n- [ ] b\n  body\n- [ ] c\n", 1, "- [ ] a\n- [ ] c\n"),
        ("- [ ] a\n\n- [ ] b\n\n- [ ] c\n", 1, "- [ ] a\n\n- [ ] c\n"),
        ("# A\n\n- [ ] a\n", 0, "# A\n\n"),
        ("text\n1) [ ] a\n2) [ ] b\n", 0, "text\n\n2) [ ] b\n"),
        ("- [ ] a\n# B\n", 0, "# B\n"),
        ("- [ ] a", 0, ""),
    ],
)
def test_a_task_is_taken_out(text: str, item: int, expected: str) -> None:
    assert edited(text, lambda _: Remove(item=item)) == expected


@pytest.mark.parametrize(
    ("text", "item", "section", "expected"),
    [
        ("# A\n- [ ] a\n  body\n- [ ] b\n\n# B\n- [ ] c\n", 0, "B", "# A\n- [ ] b\n\n# B\n- [ ] c\n- [ ] a\n  body\n"),
        ("# A\n- G\n  - [ ] a\n\n    body\n\n# B\n- [ ] c\n", 0, "B", "# A\n- G\n\n# B\n- [ ] c\n- [ ] a\n\n  body\n"),
        ("- [ ] a\n\n# B\n- G\n  - [ ] c\n", 0, "B", "# B\n- G\n  - [ ] c\n  - [ ] a\n"),
        ("# A\n- [ ] a\n- [ ] b\n", 0, "Done", "# A\n- [ ] b\n\n# Done\n\n- [ ] a\n"),
        ("# A\n- [ ] a\n- [ ] b\n", 0, "A", "# A\n- [ ] b\n- [ ] a\n"),
    ],
)
def test_a_task_moves_to_another_section(text: str, item: int, section: str, expected: str) -> None:
    assert edited(text, lambda _: Move(item=item, section=section)) == expected


@pytest.mark.parametrize(
    ("text", "edit", "message"),
    [
        ("- [ ] a\n  Notes:\n  - x\n", {"body": "```\nopen"}, "The body and the notes would not be"),
        ("- [ ] a\n  Notes:\n  - x\n", {"body": "<!--"}, "would not be read again as written."),
        ("- [ ] a\n", {"title": "x" * 201}, "The title would be beyond what is read."),
        ("- [ ] a\n", {"labels": ("a b",)}, "The title would not be read again as written."),
        ("- [ ] a\n", {"title": ""}, "The task would not be read again as one task."),
        ("- [ ] a\n", {"title": "**T-9** x"}, "The task would not be read again as one task."),
    ],
)
def test_what_the_file_cannot_hold_is_refused_and_the_rest_is_done(
    text: str, edit: dict[str, Any], message: str
) -> None:
    document = parse(f"{text}- [ ] other\n".encode())

    written = write(document, [update(document, 0, **edit), update(document, 1, owner="bo")])

    assert written.data.decode() == f"{text}- [ ] other @bo\n"
    assert message.split()[1] in written.refused[0].message
    assert written.refused[0].next_step
    assert_read_again(written)


@pytest.mark.parametrize("section", ["", "Later"])
def test_a_file_that_swallows_what_is_put_at_its_end_gets_nothing_there(section: str) -> None:
    document = parse(b"# A\n- [ ] a\n\n# Other\n```\nopen\n")

    written = write(
        document,
        [
            Insert(number=9, values=NEW, section="Other"),
            Insert(number=8, values=NEW, section=section or "other"),
            update(document, 0, owner="bo"),
        ],
    )

    assert written.data == b"# A\n- [ ] a @bo\n\n# Other\n```\nopen\n"
    assert [refusal.message for refusal in written.refused] == [
        "What stands around it in the file would take it for its own, or the file would grow beyond its bounds."
    ] * 2
    assert_read_again(written)


@pytest.mark.parametrize("section", ["#x", "x #", "two\nlines", " x", "x\\"])
def test_a_section_that_no_heading_can_name_is_refused(section: str) -> None:
    written = write(parse(b"- [ ] a\n"), [Insert(number=9, values=NEW, section=section), Move(item=0, section=section)])

    assert [each.message for each in written.refused] == ["A heading cannot say this section's name."] * 2
    assert written.data == b"- [ ] a\n"


@pytest.mark.parametrize("items", [(0, 0), (1,), (-1,)])
def test_an_item_is_edited_once_and_must_be_there(items: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInputError, match="An item is edited twice, or the document does not have it"):
        write(parse(b"- [ ] a\n"), [Remove(item=item) for item in items])


FILES = st.one_of(st.sampled_from([CORPUS[name] for name in CORPUS if name != "long"]), markdown(25))


@given(FILES, st.data())
@settings(max_examples=200, deadline=None)
def test_one_edit_of_a_field_changes_only_the_lines_of_its_item(data: bytes, draw: st.DataObject) -> None:
    document = parse(data)
    if not document.tasks:
        return
    item = draw.draw(st.integers(0, len(document.tasks) - 1))
    task = document.tasks[item]
    field = draw.draw(st.sampled_from(Field))
    wanted = with_value(task.values, field, draw.draw(VALUES).of(field))

    written = write(document, [Update(item=item, values=wanted, number=task.number)])

    assert_read_again(written)
    assert_only(document, data, written, item, wanted, task.number)


@given(FILES, VALUES, st.integers(0, 99), st.data())
@settings(max_examples=200, deadline=None)
def test_one_edit_of_all_fields_changes_only_the_lines_of_its_item(
    data: bytes, values: TaskValues, number: int, draw: st.DataObject
) -> None:
    document = parse(data)
    if not document.tasks:
        return
    item = draw.draw(st.integers(0, len(document.tasks) - 1))
    wanted = replace(values, notes=(*document.tasks[item].values.notes, *values.notes))

    written = write(document, [Update(item=item, values=wanted, number=number or None)])

    assert_read_again(written)
    assert_only(document, data, written, item, wanted, number or None)


def assert_only(
    document: TaskDocument, data: bytes, written: Written, item: int, wanted: TaskValues, number: int | None
) -> None:
    if written.refused:
        assert written.data == data
        return
    layout = document.tasks[item].layout
    start, end = layout.head.start, layout.end
    before, after = data.splitlines(keepends=True), written.data.splitlines(keepends=True)
    assert after[:start] == before[:start]
    assert after[len(after) - (len(before) - end) :] == before[end:]
    for place, task in enumerate(written.tasks):
        old = document.tasks[place]
        assert task.number == (number if place == item else old.number)
        assert equal(task.values, normal(wanted) if place == item else old.values)


@given(FILES, st.lists(st.tuples(VALUES, st.sampled_from(["", "Tasks", "Later", "New"])), max_size=3), st.data())
@settings(max_examples=150, deadline=None)
def test_many_edits_at_once_lose_and_double_nothing(
    data: bytes, new: list[tuple[TaskValues, str]], draw: st.DataObject
) -> None:
    document = parse(data)
    edits: list[Edit] = [
        Insert(number=1000 + count, values=values, section=section) for count, (values, section) in enumerate(new)
    ]
    gone = 0
    for item, task in enumerate(document.tasks):
        edit = draw.draw(st.sampled_from(["", "update", "move", "remove"]))
        if edit == "update":
            edits.append(Update(item=item, values=replace(task.values, owner="cy"), number=2000 + item))
        elif edit == "move":
            edits.append(Move(item=item, section=draw.draw(st.sampled_from(["Tasks", "Later", "New"]))))
        elif edit == "remove":
            edits.append(Remove(item=item))
            gone += 1

    written = write(document, draw.draw(st.permutations(edits)))

    assert_read_again(written)
    refused = [refusal.edit for refusal in written.refused]
    gone -= sum(isinstance(edit, Remove) for edit in refused)
    come = len(new) - sum(isinstance(edit, Insert) for edit in refused)
    assert len(written.tasks) == len(document.tasks) - gone + come
    others = split(data).texts
    kept = split(written.data).texts
    taken = {line for task in document.tasks for line in range(task.layout.head.start, task.layout.end)}
    text = [line for number, line in enumerate(others) if number not in taken and line.strip(" \t")]
    assert is_within(text, kept)


def is_within(wanted: list[str], lines: Any) -> bool:
    """In this order, with others between."""
    left = iter(lines)
    return all(line in left for line in wanted)


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_again_as_it_was(values: TaskValues) -> None:
    written = write(parse(b""), [Insert(number=5, values=values)])

    if not written.refused:
        again: FileTask = parse(written.data).tasks[0]
        assert again.number == 5
        assert equal(again.values, values)
        assert [(note.on, note.by) for note in again.values.notes] == [(note.on, note.by) for note in values.notes]


@given(VALUES)
@settings(deadline=None)
def test_the_normal_form_of_a_normal_form_is_itself(values: TaskValues) -> None:
    assert normal(values) == values


def test_what_is_usual_is_never_refused() -> None:
    document = parse(FULL.encode())
    values = replace(document.tasks[0].values, title="Any | *title* `x`", body="# H\n\n> q\n\n1. a\n\n```\nx\n```")

    written = write(document, [Update(item=item, values=values, number=100 + item) for item in range(7)])

    assert written.refused == ()
    assert_read_again(written)
