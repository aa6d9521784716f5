"""The page on the format of task files."""

import re
from pathlib import Path

from quarterdeck.task_document import limits
from quarterdeck.task_document.attributes import attribute
from quarterdeck.task_document.document import parse

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "tasks-file.md").read_text("utf-8")


def test_the_example_is_read_without_anything_to_find() -> None:
    (example,) = re.findall(r"^```markdown\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

    document = parse(example.encode())

    assert [(task.number, document.section(task)) for task in document.tasks] == [
        (17, "Now"),
        (None, "Now"),
        (3, "Done"),
    ]
    assert document.findings == ()
    assert len(document.tasks[0].values.acceptance) == 2
    assert len(document.tasks[0].values.notes) == 1


def test_every_word_in_the_table_of_attributes_is_one() -> None:
    words = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)))

    assert len(words) == 10
    for word in words:
        found = attribute(word)
        assert found is not None
        assert not found.problem, word


def test_the_bounds_are_those_of_the_code() -> None:
    table = {
        name.split(" ")[0]: int(most.replace(",", ""))
        for name, most in re.findall(r"^\| (\w[^|\n]*) \| ([\d,]+) \|$", PAGE, re.MULTILINE)
    }

    assert table == {
        "bytes": limits.MAX_BYTES,
        "lines": limits.MAX_LINES,
        "tasks": limits.MAX_TASKS,
        "parts": limits.MAX_BLOCKS,
        "levels": limits.MAX_NESTING,
    }
