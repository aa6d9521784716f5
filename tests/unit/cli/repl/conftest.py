"""`qd` on a terminal against a gateway of its own."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import TOKEN
from tests.support.product import QD
from tests.support.ready import ReadyPrograms
from tests.support.terminal_screen import Screen, on_terminal, ready_on_terminal

UNWANTED = {"COLUMNS", "NO_COLOR", "COLORFGBG", "QD_PLAIN", "QD_THEME"}
Started = Callable[..., Screen]


@pytest.fixture
def session(world: World) -> dict[str, Any]:
    return world.add_session(world.add_project("deck", "/deck"), title="Mend the sails")


@pytest.fixture
def started(home: Path, gateway: FakeGateway, tmp_path: Path, ready_qd: ReadyPrograms) -> Iterator[Started]:
    """Starts `qd WORDS`; variables by name, None for those that are not to be there. Those of the interpreter take
    one of its own.
    """
    screens: list[Screen] = []

    def start(*words: str, columns: int = 100, rows: int = 30, **more: str | None) -> Screen:
        wanted: dict[str, str | None] = {
            **{name: value for name, value in os.environ.items() if name not in UNWANTED},
            "QD_URL": gateway.url,
            "QD_TOKEN": TOKEN,
            "QD_STATE_DIR": str(tmp_path / "state"),
            "QD_CACHE_DIR": str(tmp_path / "cache"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            **more,
        }
        environment = {name: value for name, value in wanted.items() if value is not None}
        if "PYTHONPATH" in more:
            argv = [sys.executable, "-m", "quarterdeck_cli", *words]
            screen = on_terminal(argv, environment, columns=columns, rows=rows)
        else:
            screen = ready_on_terminal(ready_qd, QD, ["qd", *words], environment, columns=columns, rows=rows)
        screens.append(screen)
        return screens[-1]

    yield start
    for screen in screens:
        screen.child.close(force=True)
