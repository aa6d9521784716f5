"""The same, where the worker is an ordinary user: root runs these tests again as one, with the product's own means."""

import os
import sys
from pathlib import Path

import pytest
from tests.support.repositories import reachable_folder

from quarterdeck.host.accounts import find
from quarterdeck.host.launch import Launch, run
from quarterdeck.host.privileges import interpreter_needs
from quarterdeck.host.reach import Need

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TESTS = ("test_inside.py", "test_host.py")
"""The controls are the same whoever the worker is."""


@pytest.mark.skipif(os.geteuid() != 0, reason="runs as an ordinary user already")
@pytest.mark.timeout(400)
def test_the_attacks_come_to_nothing_where_the_worker_is_an_ordinary_user() -> None:
    with reachable_folder() as folder:
        account = find("nobody")
        os.chown(folder, account.uid, account.gid)
        options = ("-q", "-p", "no:cacheprovider", "-m", "not control", "--basetemp", str(folder / "tmp"))
        tests = (str(HERE / name) for name in TESTS)
        result = run(
            Launch(
                name="pytest",
                argv=(sys.executable, "-B", "-m", "pytest", *options, *tests),
                environment={"HOME": str(folder)},
                account=account,
                folder=ROOT,
                needs=(*interpreter_needs(), Need(ROOT), Need(folder, read_only=False)),
            ),
            within=390,
        )
        assert result.returncode == 0, result.stdout
