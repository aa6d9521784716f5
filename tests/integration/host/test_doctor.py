"""`quarterdeck doctor`: what it finds is what is there."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr

from quarterdeck.adapters.disks import loop
from quarterdeck.adapters.objects import ObstoreObjects
from quarterdeck.bootstrap.delivery import mailer
from quarterdeck.config import Settings
from quarterdeck.host import kernel
from quarterdeck.host.doctor import examine
from quarterdeck.host.finding import Finding
from quarterdeck.host.settings import load
from quarterdeck.jail.abstract import JailDriver, Protection
from quarterdeck.jail.errors import JailError


@dataclass
class Driver:
    """A jail driver that only tells of its protections."""

    found: Sequence[Protection] | JailError
    name: str = "stand-in"

    async def protections(self) -> Sequence[Protection]:
        if isinstance(self.found, JailError):
            raise self.found
        return self.found


async def look(settings: Settings, found: Sequence[Protection] | JailError = ()) -> dict[str, Finding]:
    findings = await examine(settings, cast("JailDriver", Driver(found)))
    return {finding.name: finding for finding in findings}


async def test_a_host_that_runs_these_tests_lacks_nothing_that_is_required(folder: Path) -> None:
    found = await look(load(data_dir=folder / "data"))
    assert [each for each in found.values() if each.required and not each.on] == []
    assert found["PostgreSQL"].detail.startswith("embedded: postgres (PostgreSQL) 18")
    assert found["NATS"].detail.startswith("embedded: nats-server")
    assert found["unprivileged roles"].on
    assert not (folder / "data").exists()


async def test_programs_that_are_missing_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    found = await look(load(data_dir=folder / "data"))
    names = ("git", "setpriv") if os.geteuid() == 0 else ("git",)
    for name in names:
        assert (found[name].on, found[name].required, found[name].detail) == (False, True, "not on PATH")
        assert found[name].next_step.startswith("Install ")


async def test_the_jails_protections_are_listed_as_the_driver_tells_them(folder: Path) -> None:
    told = Protection(name="seccomp", on=False, detail="the kernel lacks it", next_step="build it in")
    found = await look(load(data_dir=folder), [told])
    listed = found["seccomp"]
    assert (listed.on, listed.detail, listed.next_step) == (False, "the kernel lacks it", "build it in")


async def test_a_driver_that_cannot_work_is_required_and_off(folder: Path) -> None:
    found = await look(load(data_dir=folder), JailError("There is no bwrap.", "Install it."))
    assert (found["stand-in"].on, found["stand-in"].required) == (False, True)
    assert found["stand-in"].next_step == "Install it."


async def test_one_database_role_for_all_is_said(folder: Path) -> None:
    settings = load(data_dir=folder, database_url="postgresql://all@there/db", nats_url="nats://there")
    found = await look(settings)
    assert found["PostgreSQL"].detail == "external: QD_DATABASE_URL"
    assert not found["append-only database role"].on


async def test_a_data_directory_open_to_others_is_said(folder: Path) -> None:
    folder.chmod(0o777)
    found = await look(load(data_dir=folder))
    assert not found["data directory"].on
    assert "nobody else" in found["data directory"].next_step


async def test_a_misspelt_variable_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QD_DATBASE_URL", "x")
    found = await look(load(data_dir=folder))
    assert found["environment"].detail == "QD_DATBASE_URL is no setting; QD_DATABASE_URL is."


async def test_who_keeps_workspace_quotas_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = (await look(load(data_dir=folder / "data")))["workspace quotas"]
    assert found.on == (found.detail == "kept by a disk per session")
    assert list(folder.iterdir()) == []

    monkeypatch.setattr(loop, "CONTROL", folder / "no-loop-control")
    found = (await look(load(data_dir=folder / "data")))["workspace quotas"]
    assert (found.on, found.detail.startswith("counted by a watcher")) == (False, True)
    assert found.next_step.startswith("modprobe loop")


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has nobody to drop to")
async def test_a_user_that_is_not_there_is_said(folder: Path) -> None:
    found = await look(load(data_dir=folder, run_as="no-such-user"))
    assert not found["unprivileged roles"].on
    assert "useradd" in found["unprivileged roles"].next_step


def test_looking_at_a_host_for_the_first_time_leaves_nothing_on_it(folder: Path) -> None:
    found = doctor(folder / "new" / "data")
    assert found.keys() >= {"jail", "overlay workspaces", "seccomp"}
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare")
def test_a_host_without_user_namespaces_is_told_what_to_do(folder: Path) -> None:
    forbid = "echo 0 > /proc/sys/user/max_user_namespaces && exec "
    started = subprocess.run(["unshare", "--user", "--map-root-user", "sh", "-c", f"{forbid} true"], check=False)
    if started.returncode != 0:
        pytest.skip("this user may make no user namespace")
    found = doctor(folder / "data", "unshare", "--user", "--map-root-user", "sh", "-c", f'{forbid} "$@"', "sh")
    assert (found["user namespaces"].on, found["user namespaces"].required) == (False, True)
    assert found["user namespaces"].next_step == "sysctl user.max_user_namespaces=10000"
    assert not found["jail"].on
    assert found["jail"].next_step


def doctor(data: Path, *through: str) -> dict[str, Finding]:
    """What the command itself finds, started by another one."""
    done = subprocess.run(
        [*through, sys.executable, "-m", "quarterdeck", "doctor", "--json", "--data-dir", str(data)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, 1}
    assert done.stderr == ""
    return {each["name"]: Finding(**each) for each in json.loads(done.stdout)}


@pytest.mark.parametrize(
    ("file", "value", "step"),
    [
        ("APPARMOR", "1", "sysctl kernel.apparmor_restrict_unprivileged_userns=0"),
        ("DEBIAN", "0", "sysctl kernel.unprivileged_userns_clone=1"),
        ("MOST", "0", "sysctl user.max_user_namespaces=10000"),
    ],
)
def test_what_stands_in_the_way_of_user_namespaces_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, value: str, step: str
) -> None:
    proc = tmp_path / "proc"
    original = cast("Path", getattr(kernel, file))
    for name in ("APPARMOR", "DEBIAN", "MOST"):
        monkeypatch.setattr(kernel, name, tmp_path / "none")
    there = proc.joinpath(*original.parts[2:])
    there.parent.mkdir(parents=True)
    there.write_text(value)
    monkeypatch.setattr(kernel, file, there)
    monkeypatch.setattr(kernel, "UNSHARE", "import sys; sys.exit('Operation not permitted')")
    monkeypatch.setattr(kernel, "PROC_SYS", proc / "sys")
    found = kernel.user_namespaces(0)
    assert not found.on
    assert "Operation not permitted" in found.detail
    assert found.next_step.startswith(step)


@pytest.mark.parametrize(
    ("url", "on", "said"),
    [
        ("file:///nowhere/at/all", True, "will be made"),
        ("file:///tmp", True, "file:///tmp answers"),
        ("s3://b?endpoint=http://127.0.0.1:9&region=r&access_key_id=k&secret_access_key=hidden", False, "failed"),
        ("s3://b?no_such=1", False, "cannot be used"),
    ],
)
async def test_the_object_store_is_asked(folder: Path, url: str, on: bool, said: str) -> None:
    settings = load(data_dir=folder, object_store_url=SecretStr(url))
    findings = await examine(settings, None, lambda: ObstoreObjects(settings.object_store))

    [found] = [each for each in findings if each.name == "object store"]

    assert found.on == on
    assert said in found.detail
    assert "hidden" not in found.detail


@pytest.mark.parametrize(
    ("url", "on", "said"),
    [
        ("", True, "none is sent"),
        ("smtp://someone:hidden@127.0.0.1:9", False, "cannot be reached"),
        ("smtp://someone:hidden@example.org?tls=none", False, "unencrypted"),
    ],
)
async def test_the_mail_server_is_asked(folder: Path, url: str, on: bool, said: str) -> None:
    settings = load(data_dir=folder, smtp_url=SecretStr(url) if url else None, mail_from="deck@example.org")

    findings = await examine(settings, None, mailer=lambda: mailer(settings))

    [found] = [each for each in findings if each.name == "mail"]
    assert (found.on, found.required) == (on, False)
    assert said in found.detail
    assert "hidden" not in found.detail + found.next_step
