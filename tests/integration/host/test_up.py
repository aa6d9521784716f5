"""What a running `quarterdeck up` looks like, with real services and stand-in roles."""

import json
import os
import stat

import pytest
from tests.support.house import House

from quarterdeck.host.privileges import rights_of

PARTS = {"postgres", "nats", "worker", "projector", "conductor", "gateway"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
pytestmark = pytest.mark.xdist_group("up")


def test_it_leaves_the_address_and_a_login_token_to_its_own_user(running: House) -> None:
    file = running.data / "run" / "client.json"
    assert json.loads(file.read_text()) == {"url": f"http://127.0.0.1:{running.port}", "login_token": "qd_stand_in"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_uid == os.geteuid()


def test_a_second_start_says_that_one_runs_and_where(running: House) -> None:
    second = House(running.data, running.port)
    second.out = running.data.with_name("second.out")
    second.start()
    assert second.wait() == 3
    assert running.process is not None
    found = f"Quarterdeck runs already (pid {running.process.pid}, http://127.0.0.1:{running.port})"
    assert found in second.said()
    assert set(running.pids()) == PARTS


def test_no_secret_is_in_an_argument_an_environment_or_a_log(running: House) -> None:
    passwords = [
        *json.loads((running.data / "secrets" / "postgres.json").read_text()).values(),
        *json.loads((running.data / "secrets" / "nats.json").read_text()).values(),
    ]
    shown = [running.said(), *(log.read_text() for log in (running.data / "logs").iterdir())]
    for process in running.processes():
        shown += [" ".join(process.cmdline()), repr(process.environ())]
    assert [word for word in passwords if any(word in text for text in shown)] == []


def test_each_role_gets_only_the_urls_it_needs_in_a_file_of_its_own(running: House) -> None:
    folder = running.data / "run" / "settings"
    for role, pid in running.pids().items():
        if role in {"postgres", "nats"}:
            continue
        file = folder / f"{role}.json"
        known = json.loads(file.read_text())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.stat().st_uid == rights_of(pid).uid
        assert known["database_owner_url"] is None
        assert (known["database_projector_url"] is not None) == (role == "projector")


@as_root
def test_as_root_all_but_the_worker_have_no_rights_left(running: House) -> None:
    for name, pid in running.pids().items():
        rights = rights_of(pid)
        if name == "worker":
            assert rights.uid == 0
        else:
            assert (rights.uid != 0, rights.effective_capabilities, rights.bounding_capabilities) == (True, 0, 0), name
            assert rights.no_new_privileges, name
