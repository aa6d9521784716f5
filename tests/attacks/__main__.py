"""Runs all attacks, keeps their results, and writes them into docs/security.md; `--page`: only writes the page anew."""

import json
import os
import sys

import pytest
from tests.attacks import table
from tests.attacks.script import HERE

TESTS = ("test_inside.py", "test_host.py")


class Recorder:
    """Gathers what the tests say of each attack."""

    def __init__(self) -> None:
        self.results: dict[str, dict[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said = dict(report.user_properties)
        if report.when == "call" and "attack" in said:
            driver, script = str(said["attack"]).split()
            self.results.setdefault(driver, {})[script] = "not tried" if report.skipped else report.outcome


def main() -> int:
    if sys.argv[1:] != ["--page"]:
        os.environ["QD_TEST_GVISOR"] = "1"
        recorder = Recorder()
        failed = pytest.main(["-q", *(str(HERE / name) for name in TESTS)], plugins=[recorder])
        if failed:
            return int(failed)
        made = {driver: dict(sorted(results.items())) for driver, results in sorted(recorder.results.items())}
        table.RESULTS.write_text(json.dumps(made, indent=1).replace('"passed"', '"held"') + "\n")
    table.PAGE.write_text(table.current(table.PAGE.read_text(), table.stored()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
