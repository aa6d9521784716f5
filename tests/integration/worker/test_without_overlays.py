"""Hosts on which no overlay can be mounted: sessions get a clone, and nothing else is different."""

import os
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support import memory
from tests.support.deck import Deck, working
from tests.support.real_deck import real_deck, state_dir
from tests.support.repositories import JAIL_UID, reachable_folder
from tests.support.services import Database

from quarterdeck.adapters.git.workspaces import GitWorkspaces, Options
from quarterdeck.domain.session_events import SessionProvisioned
from quarterdeck.jail import program

OLDER = """\
#!/bin/sh
# As a bubblewrap before 0.11 has it.
case " $* " in *" --overlay"*) echo "bwrap: Unknown option --overlay-src" >&2; exit 1;; esac
exec {bwrap} "$@"
"""


@contextmanager
def disk_that_takes_no_overlay() -> Generator[Path]:
    """An overlay itself, as the root of a container is: the kernel lets none lie on another's upper layer."""
    with reachable_folder() as folder:
        for name in ("lower", "upper", "work", "disk"):
            (folder / name).mkdir(mode=0o755)
        options = ",".join(f"{name}dir={folder / name}" for name in ("lower", "upper", "work"))
        mounted = subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", folder / "disk"], check=False)
        if mounted.returncode != 0:
            pytest.skip("mounting is not permitted here")
        try:
            yield folder / "disk"
        finally:
            subprocess.run(["umount", folder / "disk"], check=True)


@pytest.fixture(params=["disk", "bubblewrap"])
async def deck(
    request: pytest.FixtureRequest, database: Database, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Deck]:
    if request.param == "bubblewrap":
        async with real_deck(database, nats_url) as deck:
            older = deck.folder / "bwrap"
            older.write_text(
                OLDER.format(bwrap=program.within_reach(program.find(None), state_dir(deck.folder), JAIL_UID))
            )
            older.chmod(0o755)
            deck.workspaces = GitWorkspaces(state_dir(deck.folder), JAIL_UID, options=Options(bwrap=older))
            yield deck
        return
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    with disk_that_takes_no_overlay() as disk:
        monkeypatch.setattr(memory, "place", lambda: disk)
        async with real_deck(database, nats_url) as deck:
            yield deck


async def test_a_session_has_a_clone_and_its_changes_are_seen(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        provisioned = next(e for e in await deck.events(session_id) if isinstance(e, SessionProvisioned))
        assert provisioned.workspace_kind == "clone"

        looked = await deck.run(session_id, "git status --porcelain; git log --format=%s; cat README")
        finished = await deck.finished(looked)
        assert await deck.output(looked) == b"change\nread me\n"
        assert finished.files_changed == ()

        changed = await deck.finished(await deck.run(session_id, "rm README; echo new > 'a b'"))
        assert [(c.path, c.status) for c in changed.files_changed] == [("README", "deleted"), ("a b", "added")]
        await deck.close(session_id)
        assert changed.tree_after in (await deck.closed(session_id)).reason


async def test_the_next_worker_finds_the_session_and_its_files(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        await deck.finished(await deck.run(session_id, "echo kept > kept"))
    async with working(deck.worker()):
        again = await deck.run(session_id, "cat kept")
        await deck.finished(again)
        assert await deck.output(again) == b"kept\n"
