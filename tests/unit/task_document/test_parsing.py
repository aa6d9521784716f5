"""Reading task files."""

import pytest
from hypothesis import given, settings
from tests.support.task_files import CORPUS, FULL, markdown, pages

from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import Priority
from quarterdeck.task_document.document import TaskDocument, parse
from quarterdeck.task_document.edits import write
from quarterdeck.task_document.lines import split
from quarterdeck.task_document.values import Field, Note, TaskValues


def read(text: str) -> TaskDocument:
    return parse(text.encode())


def titles(document: TaskDocument) -> list[str]:
    return [task.values.title for task in document.tasks]


@pytest.mark.parametrize("name", CORPUS)
def test_a_file_that_is_not_edited_stays_byte_for_byte(name: str) -> None:
    assert write(parse(CORPUS[name]), ()).data == CORPUS[name]


def test_the_pages_of_this_repository_stay_byte_for_byte() -> None:
    found = pages()
    assert len(found) > 30
    for name, data in found.items():
        assert write(parse(data), ()).data == data, name


@given(markdown())
@settings(max_examples=300, deadline=None)
def test_any_markdown_stays_byte_for_byte(data: bytes) -> None:
    document = parse(data)

    assert write(document, ()).data == data
    ends = [0, *(task.layout.end for task in document.tasks)]
    for task, before in zip(document.tasks, ends, strict=False):
        assert before <= task.layout.head.start < task.layout.end <= len(document.lines.texts)


@given(markdown())
@settings(deadline=None)
def test_ends_of_lines_do_not_change_what_is_read(data: bytes) -> None:
    texts = [text.encode("utf-8", "surrogateescape") for text in split(data).texts]
    read = [parse(end.join(texts)).tasks for end in (b"\n", b"\r\n", b"\r")]

    assert [[each.values for each in tasks] for tasks in read[1:]] == [[each.values for each in read[0]]] * 2


def test_a_task_is_read_with_all_it_has() -> None:
    document = read(FULL)
    task = document.tasks[0]

    assert task.number == 17
    assert task.line == 11
    assert document.section(task) == "Soon"
    assert task.values == TaskValues(
        title="Mend the login",
        body="It fails behind proxies.\n\n```python\n- [ ] no task\n```",
        status=TaskStatus.IN_PROGRESS,
        owner="ada",
        labels=("auth", "web"),
        priority=Priority.HIGH,
        estimate=90,
        dependencies=(3, 4),
        acceptance=("Works behind a proxy", "Old tests pass"),
        notes=(
            Note(on="2026-11-20", by="ada", text="Found the cause."),
            Note(on="2026-11-21", by="bo", text="Mended,\ntests to come."),
        ),
    )
    assert titles(document)[1:] == [
        "Caulk the hull",
        "Paint the mast",
        "Sew a sail",
        *["Another list", "First of all"],
        "Second",
    ]
    assert [document.section(each) for each in document.tasks[2:4]] == ["Soon", "Later"]
    assert document.tasks[3].values.labels == ("sails",)
    assert document.findings == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nested", ["one", "two", "three"]),
        ("one line, two lists", ["good"]),
        ("quotes", ["good"]),
        ("fences", ["yes", "yes too"]),
        ("table", ["yes"]),
        ("HTML", ["yes <!-- hm -->", "yes"]),
        ("setext", ["one", "three"]),
        ("lazy", ["one", "two"]),
        ("references", ["one", "two"]),
        ("boxes", ["yes", "two spaces"]),
        ("four spaces", ["a"]),
        ("separators", ["one still one and more", "two"]),
        ("byte order mark", ["first", "second"]),
        ("byte order mark and front matter", ["first"]),
        ("words that are no attributes", ["Ask @ada.", "See #12", "Use a:b", "Wow !", "Add @ada", "Set \\#x"]),
        ("ids", ["**T-0** no id", "**T-17**: no", "", "**T-6** x", "again"]),
    ],
)
def test_what_is_a_task_and_what_is_text(name: str, expected: list[str]) -> None:
    assert titles(parse(CORPUS[name])) == expected


def test_bytes_that_are_no_utf_8_are_replaced_in_what_is_read() -> None:
    task = parse(CORPUS["no UTF-8"]).tasks[0]

    assert task.values.title == "caf\ufffd \ufffd\ufffd"
    assert task.values.body == "\ufffd( body\n\ufffd"


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("- [ ] a\n  body\n", "body"),
        ("- [ ] a\n      deep\n   less\n", "deep\nless"),
        ("- [ ] a\nlazy\n", "lazy"),
        ("- [ ] a\n\n    by four\n\n      more\n", "by four\n\n  more"),
        ("- [ ] a\n\n      code\n", "    code"),
        ("-\t[ ] a\n\n\tby a tab\n\n\t\tcode\n", "by a tab\n\n\tcode"),
        ("- [ ] a\n  - [ ] part\n    - part\n", "- [ ] part\n  - part"),
        ("- [ ] a\n  Notes:\n  - x\n\n  after\n", "after"),
        ("- [ ] a\n\n  before\n\n  Notes:\n  - x\n\n  after\n", "before\n\nafter"),
        ("- [ ] a\n\n  Notes:\n\n  text\n", "Notes:\n\ntext"),
        ("- [ ] a\n\n  Notes\\:\n  - x\n", "Notes:\n- x"),
        ("- [ ] a\n  #x\n  @bo\n  text\n", "text"),
    ],
)
def test_a_body_is_what_is_neither_head_nor_section(text: str, body: str) -> None:
    assert read(text).tasks[0].values.body == body


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("- [ ] a", TaskStatus.OPEN),
        ("- [x] a", TaskStatus.DONE),
        ("- [X] a status:dropped", TaskStatus.DROPPED),
        ("- [x] a status:in-review", TaskStatus.DONE),
        ("- [ ] a status:done", TaskStatus.DONE),
        ("- [ ] a status:in_review", TaskStatus.IN_REVIEW),
        ("- [x] a status:nonsense", TaskStatus.DONE),
    ],
)
def test_a_task_is_done_where_its_box_or_its_status_says_so(line: str, status: TaskStatus) -> None:
    assert read(line).tasks[0].values.status is status


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        ("- [ ] a !soon", Field.PRIORITY, "`!soon` is no priority"),
        ("- [ ] a status:wrong @ada", Field.STATUS, "`wrong` is no status; there are open, claimed, in-progress"),
        ("- [ ] a estimate:2d", Field.ESTIMATE, "`2d` is no estimate; write hours and minutes"),
        ("- [ ] a estimate:", Field.ESTIMATE, "`` is no estimate"),
        ("- [ ] a estimate:999999h", Field.ESTIMATE, "`999999h` is no estimate"),
        ("- [ ] a needs:3", Field.DEPENDENCIES, "`3` names no tasks"),
        ("- [ ] a @ada @bo", Field.OWNER, "Two words say the owner"),
        ("- [ ] a owner:%00", Field.OWNER, "`owner:` is followed by a name"),
        ("- [ ] a labels:", Field.LABELS, "`labels:` is followed by labels"),
        ("- [ ] **T-1**", Field.TITLE, "The task has no title"),
        (f"- [ ] {'long ' * 50}", Field.TITLE, "The title of 249 characters is not read; at most 200 are."),
        (f"- [ ] a\n\n  {'x' * 50_001}", Field.BODY, "The body of 50,001 characters"),
        (f"- [ ] a labels:{','.join(map(str, range(21)))}", Field.LABELS, "The labels of 21 labels"),
        (f"- [ ] a\n  Acceptance:\n{'  - x' * 31}".replace("  - x", "  - x\n"), Field.ACCEPTANCE, "31 criteria"),
        (f"- [ ] a\n  Acceptance:\n  - {'x' * 501}", Field.ACCEPTANCE, "A criterion of 501 characters"),
    ],
)
def test_what_cannot_be_read_of_a_field_is_found_and_said(line: str, field: Field, message: str) -> None:
    document = read("# Head\n\n" + line)
    (task,) = document.tasks
    (finding,) = document.findings

    assert task.unread == {field}
    assert finding.line == 3
    assert message in finding.message
    assert finding.next_step


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- [x] a status:blocked", "The box is ticked, so it is done; take `status:blocked` away."),
        ("- [ ] a status:dropped", "It is dropped, and its box is not ticked"),
        ("- [ ] #auth", "The item has a box and no title, so it is no task."),
        ("- [ ] a\n  - [ ] **T-9** b", "T-9 is named at an item that is no task of its own"),
        ("> - [ ] **T-9** b", "T-9 is named at an item that is no task of its own"),
        ("- **T-9** b", "T-9 is named at an item that is no task of its own"),
        (f"- [ ] a\n  Notes:\n  - {'x' * 4001}", "A note of 4,001 characters is not read"),
    ],
)
def test_what_is_odd_is_said(text: str, message: str) -> None:
    (finding,) = read(text).findings

    assert message in finding.message


def test_ids_at_items_that_are_no_tasks_are_known() -> None:
    document = read(
        "- [ ] **T-1** a\n  - [ ] **T-9** b\n  Notes:\n  - **T-8** was first\n- **T-1** x\n> - [ ] **T-7** c\n"
    )

    assert document.mentioned == {9, 7}
