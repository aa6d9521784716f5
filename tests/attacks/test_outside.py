"""Every attack's control: the same script does what it claims where nothing keeps it from it. So it could fail."""

import asyncio
import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from tests.attacks.ground import SECRET_VARIABLE, Ground, control_command
from tests.attacks.script import HOST, Script, everything, verdict

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.control]

MISSING = re.compile("not implemented|not supported|there is none")
CONTROLLED = [script for script in everything() if script.kind != HOST and not script.control.startswith("none")]


@pytest.mark.parametrize("script", CONTROLLED, ids=lambda script: script.id)
async def test_outside_of_a_jail_it_succeeds(field: Ground, script: Script) -> None:
    if script.control == "root" and os.geteuid() != 0:
        pytest.skip("only root can do it outside")

    printed = await asyncio.to_thread(_run, field, script)

    found = verdict(printed)
    if found is not None and found.word != "breach" and (found.word == "untried" or MISSING.search(found.said)):
        pytest.skip(f"not in this kernel: {found.said}")
    assert field.leaked(printed) or (found is not None and found.word == "breach"), printed


def _run(field: Ground, script: Script) -> str:
    """What it prints outside of a jail."""
    own = {name: os.environ[name] for name in ("PATH", SECRET_VARIABLE)}
    with tempfile.NamedTemporaryFile("w", suffix=script.path.suffix) as file:
        file.write(script.source)
        file.flush()
        Path(file.name).chmod(0o644)
        done = subprocess.run(
            control_command(script, Path(file.name)),
            env=own | field.variables | {"LIMIT_PLACE": "/tmp"},
            cwd="/tmp",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
    return done.stdout.decode(errors="replace")
