"""Attacks on the host that reads a workspace afterwards: it takes the tree, closes the session, and removes all of it.

What an attack plants makes a file, the canary, which a jail cannot make and only a host that runs it would.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.attacks import naive
from tests.attacks.ground import GONE_SECONDS, Ground, control_command
from tests.attacks.script import HOST, Script, everything, verdict
from tests.support.jails import give, spec
from tests.support.repositories import Repository

from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.application.ports.workspaces import PreparedWorkspace, WorkspaceTree
from quarterdeck_cli.transcript.sanitise import Sanitiser

pytestmark = pytest.mark.asyncio(loop_scope="module")

ON_HOST = [script for script in everything() if script.kind == HOST]
NAIVE = [script for script in ON_HOST if script.control == "naive"]
READ_SECONDS = 20.0
"""So long the host may take over any workspace, on a machine that does other things too."""
LOOKS = 20
"""So often the host reads a workspace that is changing."""
UNSAFE = (b"\x1b]52", b"\x1b]0;", b"\x1b]1337", b"\x1b[c", b"\x1b[6n", b"\x1bP", b"\x1b_", b"file:///", b"\x1b[?1000h")


@pytest.mark.parametrize("script", ON_HOST, ids=lambda script: script.id)
async def test_an_attack_on_the_host_that_reads_it_comes_to_nothing(
    field: Ground, script: Script, record_property: Callable[[str, Any], None]
) -> None:
    record_property("attack", f"{field.driver_name} {script.id}")
    canary = field.where.root / f"canary-{uuid4()}"
    workspace = await field.workspace()
    jail = await field.driver.create(spec(workspace))
    try:
        done = await field.attack(jail, script, CANARY=str(canary))
        found = verdict(done.text)
        if found is not None and found.word == "untried":
            pytest.skip(found.said)
        trees = [await _tree(field, workspace) for _ in range(LOOKS if script.id in CHANGING else 1)]
    except BaseException:
        await field.end(jail)
        raise
    await jail.destroy()
    trees.append(await _tree(field, workspace))
    await _discard(field, workspace.session_id)

    assert not canary.exists()
    assert field.leaked(_stored(field, workspace.session_id)) == []
    assert field.leaked("".join(f"{tree.changed}{tree.skipped}" for tree in trees)) == []
    assert [unsafe for unsafe in UNSAFE if unsafe in Sanitiser()(done.output)] == []
    assert field.bait.disturbed() == []


CHANGING = {"host/swapped_folders", "host/swapped_files", "host/changing_files"}


async def _tree(field: Ground, workspace: PreparedWorkspace) -> WorkspaceTree:
    begun = time.monotonic()
    tree = await asyncio.wait_for(field.workspaces.tree(workspace.session_id, workspace.tree), GONE_SECONDS)
    assert time.monotonic() - begun < READ_SECONDS
    return tree


async def _discard(field: Ground, session_id: UUID) -> None:
    await asyncio.wait_for(field.workspaces.discard(session_id), GONE_SECONDS)
    assert not (field.where.state / "sessions" / str(session_id)).exists()


def _stored(field: Ground, session_id: UUID) -> str:
    """Everything in the session's store, as git reads it."""
    store = field.where.state / "trees" / f"{session_id}.git"
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "cat-file", "--batch-all-objects", "--batch"],
        cwd=store,
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.decode(errors="replace")


@pytest.mark.control
@pytest.mark.parametrize("script", NAIVE, ids=lambda script: script.id)
async def test_a_careless_host_falls_for_it(field: Ground, script: Script) -> None:
    if os.geteuid() != 0 and "roots" in script.source:
        pytest.skip("only root can read what only root can read")
    place = field.where.root / f"careless-{uuid4()}"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    canary = place / "canary"

    folder = _plain_copy(field, script, place, canary)
    printed, trouble = await asyncio.to_thread(naive.read, folder, place)

    leaked = field.leaked(printed)
    assert canary.exists() or leaked or trouble, printed
    remove_tree(place)


def _plain_copy(field: Ground, script: Script, place: Path, canary: Path) -> Path:
    """The workspace as an ordinary clone, in which the script has run outside of a jail."""
    folder = place / "copy"
    repository = Repository(folder)
    repository.git("pull", "--quiet", field.source, "main")
    for path in (folder, *folder.rglob("*")):
        give(path)
    (place / f"attack{script.path.suffix}").write_text(script.source)
    subprocess.run(
        control_command(script, place / f"attack{script.path.suffix}"),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "CANARY": str(canary)} | field.variables,
        stdout=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    return folder
