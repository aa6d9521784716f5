"""Documents that a jail is made with."""

from dataclasses import replace

import pytest
from tests.support.jails import Driver, Place, run, spec

LONG = "naïve 🙂\n" * 20_000


async def test_whoever_is_in_it_reads_them_and_changes_nothing(where: Place, driver: Driver) -> None:
    documents = {"task.md": "# T-17 Fix it\n", "long": LONG}
    jail = await driver.create(replace(spec(where.workspace()), documents=documents))

    read = await run(jail, "cat /run/quarterdeck/task.md; stat -c %a /run/quarterdeck/task.md")
    assert read.text == "# T-17 Fix it\n444\n"
    assert (await run(jail, "cat /run/quarterdeck/long | wc -c")).text.strip() == str(len(LONG.encode()))
    for attempt in (
        "echo x > /run/quarterdeck/task.md",
        "echo x >> /run/quarterdeck/task.md",
        "chmod 666 /run/quarterdeck/task.md",
        "rm -f /run/quarterdeck/task.md",
        "mv /run/quarterdeck/task.md /run/quarterdeck/other",
        "mv /run/quarterdeck /run/other",
        "ln -sf /etc/passwd /run/quarterdeck/task.md",
    ):
        assert (await run(jail, f"{attempt} 2>/dev/null")).exit.exit_code != 0, attempt
    assert (await run(jail, "cat /run/quarterdeck/task.md; ls -A")).text == "# T-17 Fix it\n"


@pytest.mark.bubblewrap
async def test_without_any_there_is_none(where: Place, driver: Driver) -> None:
    jail = await driver.create(spec(where.workspace()))
    assert "task.md" not in (await run(jail, "ls /run/quarterdeck")).text
