"""The same, as an ordinary user: root runs these tests again as one, with the product's own means."""

import os
import sys
from pathlib import Path

import pytest

from quarterdeck.host.accounts import find
from quarterdeck.host.launch import Launch, run
from quarterdeck.host.privileges import interpreter_needs
from quarterdeck.host.reach import Need

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TESTS = (
    "test_up.py",
    "test_down.py",
    "test_storage.py",
    "test_postgres.py::test_what_was_committed_before_kill_9_is_there_afterwards",
    "test_nats.py::test_after_kill_9_it_comes_back_on_its_port_with_its_streams",
)


@pytest.mark.skipif(os.geteuid() != 0, reason="runs as an ordinary user already")
@pytest.mark.timeout(300)
def test_what_root_can_do_an_ordinary_user_can(folder: Path) -> None:
    options = ("-q", "-p", "no:cacheprovider", "--basetemp", str(folder / "tmp"))
    result = run(
        Launch(
            name="pytest",
            argv=(sys.executable, "-B", "-m", "pytest", *options, *(str(HERE / test) for test in TESTS)),
            environment={"HOME": str(folder)},
            account=find("nobody"),
            folder=ROOT,
            needs=(*interpreter_needs(), Need(ROOT), Need(folder)),
        ),
        within=290,
    )
    assert result.returncode == 0, result.stdout
