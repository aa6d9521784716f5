"""The calls of `qd` that the README and the user guide show."""

import re
from itertools import takewhile
from pathlib import Path

import pytest
from tests.unit.cli.conftest import QdCall

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs/guide").rglob("*.md"))]
CALL = re.compile(r"(?:^|`)qd ([^`#\n]+)", re.MULTILINE)
CALLS = sorted({found.strip() for page in PAGES for found in CALL.findall(page.read_text("utf-8"))})
OPTION = re.compile(r"(?<= )--?[a-z][a-z-]*")


def help_of(qd: QdCall, call: str) -> str:
    """What `qd` says of the nouns and the verb that a call begins with; empty where there is no such command."""
    named = list(takewhile(lambda word: not word.startswith("-"), call.split()))
    for words in (named[:3], named[:2], named[:1]):
        ran = qd(*words, "--help")
        if ran.out.startswith(f"Usage: qd {' '.join(words)} "):
            return ran.out
    return ""


@pytest.mark.parametrize("call", CALLS)
def test_a_call_in_the_documents_is_one_that_qd_takes(qd: QdCall, call: str) -> None:
    shown = help_of(qd, call)

    assert shown, "there is no such command"
    options = OPTION.findall(call.partition(" -- ")[0])
    assert [option for option in options if not re.search(rf"(?<!\S){option}\b", shown)] == []
