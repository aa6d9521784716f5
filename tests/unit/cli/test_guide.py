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


class Help:
    """What `qd` says of commands; of those that many calls are of it is asked once."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, ...], str] = {}

    def of(self, qd: QdCall, call: str) -> str:
        """Of the nouns and the verb that a call begins with; empty where there is no such command."""
        named = tuple(takewhile(lambda word: not word.startswith("-"), call.split()))
        for words in (named[:3], named[:2], named[:1]):
            shown = self._shown.get(words)
            if shown is None:
                shown = self._shown[words] = qd(*words, "--help").out
            if shown.startswith(f"Usage: qd {' '.join(words)} "):
                return shown
        return ""


@pytest.fixture(scope="module")
def told() -> Help:
    return Help()


@pytest.mark.parametrize("call", CALLS)
def test_a_call_in_the_documents_is_one_that_qd_takes(qd: QdCall, told: Help, call: str) -> None:
    shown = told.of(qd, call)

    assert shown, "there is no such command"
    options = OPTION.findall(call.partition(" -- ")[0])
    assert [option for option in options if not re.search(rf"(?<!\S){option}\b", shown)] == []
