"""Files that somebody made to harm whoever reads them."""

import gc
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from tests.support.task_desk import PATH, Desk, is_nothing

from quarterdeck.domain.errors import LimitExceededError
from quarterdeck.task_document.document import parse
from quarterdeck.task_document.edits import Insert, write
from quarterdeck.task_document.limits import MAX_BYTES, MAX_FINDINGS, MAX_LINES, MAX_NESTING, MAX_TASKS
from quarterdeck.task_document.merging import merge
from quarterdeck.task_document.synchronized import Synchronized
from quarterdeck.task_document.values import TaskValues

SIZE = 60_000
GROWTH = 10
"""How many times as long four times as much may take: 4 is linear, 16 quadratic, and the machine has other work."""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x" * (MAX_BYTES + 1), "The file has 2,097,153 bytes; at most 2,097,152 are read."),
        (b"\n" * (MAX_LINES + 1), "The file has 100,001 lines; at most 100,000 are read."),
        (b"- [ ] a\n" * (MAX_TASKS + 1), "The file has 10,001 tasks; at most 10,000 are read."),
        (b"text\n" + b"- " * 40 + b"a\n- [ ] b\n", "Line 2 is nested deeper than 60 levels of Markdown."),
        (b"> " * MAX_NESTING + b"a\n", "Line 1 is nested deeper than 60 levels of Markdown."),
        (b"> - > - > - > - > - a\n" * 12_000, "The file has more than 100,000 paragraphs, lists and other parts"),
    ],
    ids=["bytes", "lines", "tasks", "lists", "quotes", "parts"],
)
def test_a_file_beyond_a_bound_is_refused_with_the_bound(data: bytes, message: str) -> None:
    with pytest.raises(LimitExceededError) as refused:
        parse(data)

    assert refused.value.message.startswith(message)
    assert refused.value.next_step.startswith("Move ")


def test_a_file_at_its_bounds_is_read_and_written() -> None:
    data = b"# Tasks\n" + b"".join(b"- [ ] **T-%d** Task %d @ada #x\n" % (each, each) for each in range(1, MAX_TASKS))

    document = parse(data)
    written = write(document, [Insert(number=MAX_TASKS, values=TaskValues(title="Last"))])

    assert len(written.tasks) == MAX_TASKS
    assert written.data == data + b"- [ ] **T-10000** Last\n"
    beyond = write(parse(written.data), [Insert(number=MAX_TASKS + 1, values=TaskValues(title="Too many"))])
    assert beyond.data == written.data
    assert "beyond its bounds" in beyond.refused[0].message


def test_findings_are_counted_out() -> None:
    assert len(parse(b"- [ ] a !soon\n" * 1_000).findings) == MAX_FINDINGS


HOSTILE = {
    "long line": b"x",
    "brackets": b"[",
    "references": b"[a]: b\n",
    "open references": b"[a\n",
    "titles of references": b'[a]: b "c\n',
    "quotes": b"> > > > a\nb\n",
    "stars": b"*",
    "dashes": b"- - - \n",
    "list in list": b"- a\n  - b\n    - c\n",
    "bullets": b"- a\n* b\n+ c\n",
    "HTML": b"<a b=c ",
    "lines of HTML": b"<a b\n",
    "comments": b"<!--\n",
    "fences": b"```\n",
    "backquotes": b"`",
    "tables": b"|a|b|\n|-|-|\n",
    "pipes": b"|-",
    "underlines": b"a\n=\n",
    "tabs": b"\t",
    "blanks": b" ",
    "tasks": b"- [ ] **T-1** a @b #c\n\n  d\n",
    "owners": b"- [ ] a " + b"@ada " * 2_000 + b"\n",
    "dependencies": b"- [ ] a needs:" + b"T-1," * 2_000 + b"\n",
    "colons": b"- [ ] " + b":" * 5_000 + b"\n",
    "backslashes": b"- [ ] " + b"\\" * 5_000 + b"@a\n",
    "dates": b"- [ ] a\n  Notes:\n  - 2026-01-01" + b" " * 5_000 + b"x\n",
    "names": b"- [ ] a\n  Notes:\n  - @" + b"a" * 5_000 + b"\n",
    "sections": b"- [ ] a\n  Notes:\n  - x\n\n  Acceptance:\n  - y\n\n",
    "headings of sections": b"- [ ] a\n" + b"  Notes:\n" * 500,
    "named items": b"- **T-1** [ ] ",
    "no UTF-8": b"\xff",
}


@contextmanager
def uncollected() -> Generator[None]:
    """Garbage is collected when enough was made, and then all that the other tests keep is looked through as well."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.parametrize("name", HOSTILE)
def test_four_times_as_much_takes_about_four_times_as_long(name: str) -> None:
    def spent(size: int) -> float:
        data = HOSTILE[name] * (size // len(HOSTILE[name]) + 1)
        data = b"".join(data[:size].splitlines(keepends=True)[: MAX_LINES // 2])
        began = time.process_time()
        try:
            document = parse(data)
        except LimitExceededError:
            return 0.0
        assert write(document, ()).data == data
        return time.process_time() - began

    # What takes no time at all is not compared: it would be noise. What grows with the square does so each time.
    with uncollected():
        pairs = ((spent(SIZE // 4), spent(SIZE)) for _ in range(3))
        assert any(much <= max(few, 0.02) * GROWTH for few, much in pairs)


def test_thousands_of_items_that_lost_their_ids_are_not_all_compared_with_each_other() -> None:
    values = [TaskValues(title=f"The task {'abcdefgh' * 10} with number {number}") for number in range(2_000)]
    base = {number: Synchronized(values=each) for number, each in enumerate(values, 1)}
    text = "".join(f"- [ ] {each.title} now\n" for each in values)
    began = time.process_time()

    found = merge(base, {PATH: parse(text.encode())}, {number: task.values for number, task in base.items()})

    assert len(found.new_tasks) == 2_000
    assert found.changes == ()
    assert time.process_time() - began < 20


def test_many_tasks_without_ids_and_with_one_title_are_matched_one_by_one() -> None:
    desk = Desk()
    desk.text = "- [ ] Same\n" * 300
    desk.synchronize()
    desk.text = "- [ ] Same\n" * 300

    desk.synchronize()

    assert len(desk.api) == 300
    assert [task.number for _, _, task in desk.items()] == list(range(1, 301))
    assert is_nothing(desk.synchronize())
