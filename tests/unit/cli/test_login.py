"""Logging in, contexts and where tokens are kept."""

import io
import json
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import TOKEN
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import credentials
from quarterdeck_cli.credentials import Credentials


@pytest.fixture
def data_dir(home: Path) -> Path:
    return home.parent / "data"


def leave_client_file(data_dir: Path, gateway: FakeGateway, token: str = "qd_once") -> None:
    (data_dir / "run").mkdir(parents=True, exist_ok=True)
    (data_dir / "run" / "client.json").write_text(json.dumps({"url": gateway.url, "login_token": token}))


def test_a_server_on_this_machine_is_logged_in_to_by_itself(
    qd: QdCall, gateway: FakeGateway, world: World, data_dir: Path
) -> None:
    leave_client_file(data_dir, gateway)

    first, second = qd("whoami", "--json"), qd("whoami", "--json")

    assert first.json["name"] == second.json["name"] == "ann"
    assert [name for name, _ in world.calls] == ["login"]


def test_a_server_elsewhere_is_named_by_its_address_and_the_token_read(
    qd: QdCall, gateway: FakeGateway, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("qd_once\n"))

    ran = qd("login", gateway.url)

    assert (ran.code, ran.err.partition(" as ")[0]) == (0, f"Logged in to {gateway.url}")
    monkeypatch.delenv("QD_DATA_DIR")
    assert qd("whoami", "--json").json["url"] == gateway.url


def test_a_link_for_browsers_logs_in_as_well(qd: QdCall, gateway: FakeGateway, home: Path) -> None:
    ran = qd("login", f"{gateway.url}/login#qd_once")

    assert (ran.code, ran.err.partition(" as ")[0]) == (0, f"Logged in to {gateway.url}")


def test_a_link_for_a_browser_is_printed_and_opened_only_when_asked(
    qd: QdCall, logged_in: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    has_browser = True

    def open_url(url: str) -> bool:
        opened.append(url)
        return has_browser

    monkeypatch.setattr("webbrowser.open", open_url)

    printed = qd("web")

    assert (printed.code, printed.out, opened) == (0, "http://deck.example:7777/login#qd_once_for_a_browser\n", [])
    assert (qd("web", "--open").out, opened) == ("", [printed.out.strip()])
    has_browser = False
    assert qd("web", "--open").out == printed.out


def test_two_addresses_are_one_too_many(qd: QdCall, gateway: FakeGateway, home: Path) -> None:
    ran = qd("login", gateway.url, "--url", gateway.url)

    assert ran.code == 2
    assert "Two addresses were given." in ran.err


def test_a_local_server_that_moved_is_found_at_its_new_address(
    qd: QdCall, gateway: FakeGateway, world: World, data_dir: Path
) -> None:
    leave_client_file(data_dir, gateway)
    qd("whoami")

    with FakeGateway(world) as moved:
        leave_client_file(data_dir, moved, token="used up")
        assert qd("whoami", "--json").json["url"] == moved.url


def test_a_local_server_that_forgot_the_token_is_logged_in_to_again(
    qd: QdCall, gateway: FakeGateway, world: World, data_dir: Path
) -> None:
    leave_client_file(data_dir, gateway)
    qd("whoami")
    world.secrets.clear()
    world.one_time.add("qd_new")
    leave_client_file(data_dir, gateway, token="qd_new")

    assert qd("whoami").code == 0


def test_a_used_up_one_time_token_is_explained(qd: QdCall, gateway: FakeGateway, data_dir: Path) -> None:
    leave_client_file(data_dir, gateway, token="old")

    ran = qd("whoami")

    assert ran.code == 77
    assert "was refused: This log-in token is used up" in ran.err


def test_logging_in_with_a_one_time_token_keeps_an_api_token(qd: QdCall, gateway: FakeGateway, home: Path) -> None:
    ran = qd("login", "--url", gateway.url, "qd_once")

    kept = home.parent / "config" / "credentials.json"
    assert ran.code == 0
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "qd_granted" in kept.read_text()
    assert "qd_" not in (home.parent / "config" / "contexts.json").read_text()


def test_an_api_token_is_checked_before_it_is_kept(qd: QdCall, gateway: FakeGateway, home: Path) -> None:
    assert qd("login", "--url", gateway.url, "--token", "wrong").code == 77
    assert not (home.parent / "config" / "contexts.json").exists()
    assert qd("login", "--url", gateway.url, "--token", TOKEN).code == 0


def test_either_kind_of_token_may_be_piped_in_or_lie_in_a_file(
    qd: QdCall, gateway: FakeGateway, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / "token"
    file.write_text(f"{TOKEN}\n")
    assert "chmod 600" in qd("login", gateway.url, "--token-file", str(file)).err
    file.chmod(0o600)
    assert qd("login", gateway.url, "--token-file", str(file)).code == 0
    file.write_text("qd_once")
    assert qd("login", gateway.url, "--token-file", str(file)).code == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TOKEN}\n"))
    assert qd("login", gateway.url).code == 0

    file.write_text("\n")
    assert "is empty" in qd("login", gateway.url, "--token-file", str(file)).err
    assert "cannot be read" in qd("login", gateway.url, "--token-file", str(home / "none")).err
    assert "More than one token" in qd("login", gateway.url, "--token-file", str(file), "--token", TOKEN).err


def test_it_is_said_that_tokens_are_taken_and_nothing_else(
    qd: QdCall, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert "no passwords and no single sign-on" in qd("login", gateway.url).err
    monkeypatch.setattr("sys.stdin", io.StringIO("qd_wrong\n"))
    ran = qd("login", gateway.url)
    assert ran.code == 77
    assert "`quarterdeck login-token`" in ran.err


def test_logging_out_revokes_and_forgets_the_token(
    qd: QdCall, gateway: FakeGateway, world: World, data_dir: Path
) -> None:
    leave_client_file(data_dir, gateway)
    qd("whoami")

    ran = qd("logout")

    assert ran.code == 0
    assert world.tokens[0]["revoked"]
    assert qd("whoami").code == 77


def test_the_environment_goes_before_a_context(
    qd: QdCall, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    qd("login", "--url", "http://127.0.0.1:9", "--token", TOKEN)
    monkeypatch.setenv("QD_URL", gateway.url)
    monkeypatch.setenv("QD_TOKEN", TOKEN)

    assert qd("whoami", "--json").json["url"] == gateway.url


def test_a_token_is_not_sent_to_another_server_than_its_own(
    qd: QdCall, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    qd("login", "--url", gateway.url, "--token", TOKEN)
    monkeypatch.delenv("QD_DATA_DIR")
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.setenv("QD_URL", "http://127.0.0.1:9")

    ran = qd("whoami")

    assert ran.code == 78
    assert "not logged in to a server at http://127.0.0.1:9" in ran.err


def test_a_named_context_is_used(qd: QdCall, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    qd("login", "--url", gateway.url, "--token", TOKEN)
    monkeypatch.setenv("QD_CONTEXT", gateway.url.removeprefix("http://"))
    assert qd("whoami").code == 0

    monkeypatch.setenv("QD_CONTEXT", "unknown")
    ran = qd("whoami")
    assert ran.code == 78
    assert gateway.url.removeprefix("http://") in ran.err


def test_with_nothing_known_it_says_what_to_do(qd: QdCall) -> None:
    ran = qd("whoami")

    assert ran.code == 78
    assert "quarterdeck up" in ran.err


def test_a_chosen_data_folder_without_a_server_is_named(qd: QdCall, gateway: FakeGateway, data_dir: Path) -> None:
    qd("login", "--url", gateway.url, "--token", TOKEN)

    ran = qd("whoami")

    assert ran.code == 78
    assert f"in {data_dir}, which QD_DATA_DIR names" in ran.err


def test_logging_in_and_out_speaks_json(qd: QdCall, gateway: FakeGateway, data_dir: Path) -> None:
    leave_client_file(data_dir, gateway)

    assert qd("login", "--json").json == {"url": gateway.url, "name": "ann", "keptIn": "file"}
    assert qd("logout", "--json").json == {"url": gateway.url}


def test_an_unreadable_contexts_file_is_named(qd: QdCall, home: Path) -> None:
    folder = home.parent / "config"
    folder.mkdir()
    (folder / "contexts.json").write_text("{")

    ran = qd("whoami")

    assert ran.code == 78
    assert str(folder / "contexts.json") in ran.err


@pytest.mark.parametrize("words", [("--url", "ftp://x", "t"), ("--token", "a", "b"), ("--url", "http://x", "-")])
def test_a_log_in_that_makes_no_sense_is_refused(
    qd: QdCall, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert qd("login", *words).code == 2


def test_a_server_that_is_not_there_is_named(qd: QdCall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quarterdeck_cli.client.FIRST_PAUSE", 0.001)
    monkeypatch.setenv("QD_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("QD_TOKEN", TOKEN)

    ran = qd("whoami")

    assert ran.code == 69
    assert "http://127.0.0.1:9 cannot be reached: Connection refused." in ran.err


@pytest.mark.parametrize("url", ["nonsense", "ftp://x", "http://", "http://x:99999", "http://[::1"])
def test_an_address_that_is_none_is_named(qd: QdCall, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QD_URL", url)
    monkeypatch.setenv("QD_TOKEN", TOKEN)

    ran = qd("whoami")

    assert ran.code == 2
    assert f"{url!r} is no address of a server." in ran.err


def test_a_server_that_is_no_quarterdeck_is_asked_once(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    world.http_faults = [501, 404]

    ran = qd("whoami")

    assert ran.code == 70
    assert "answered with status 501" in ran.err
    assert "is it Quarterdeck?" in ran.err
    assert world.http_faults == [404]


def test_a_server_in_trouble_is_named_with_its_status(
    qd: QdCall, logged_in: FakeGateway, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck_cli.client.FIRST_PAUSE", 0.001)
    world.http_faults = [503] * 5

    ran = qd("whoami")

    assert ran.code == 69
    assert f"The server at {logged_in.url} answered with status 503." in ran.err


class BrokenKeyring(KeyringBackend):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("no bus")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("no bus")

    def delete_password(self, service: str, username: str) -> None:
        raise RuntimeError("no bus")


class HangingKeyring(BrokenKeyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        time.sleep(60)


class DictKeyring(BrokenKeyring):
    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.mark.parametrize("backend", [BrokenKeyring, HangingKeyring])
def test_a_keyring_that_does_not_work_gives_way_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: type[KeyringBackend]
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", backend)
    monkeypatch.setattr(keyring, "set_password", getattr(backend(), "set_" + "password"))
    monkeypatch.setattr(credentials, "KEYRING_SECONDS", 0.05)
    kept = Credentials(tmp_path / "credentials.json")

    place = kept.store("here", "secret")

    assert (place, kept.load("here", place)) == ("file", "secret")


def test_a_keyring_that_works_is_used_and_no_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make: Callable[[], DictKeyring] = DictKeyring
    backend = make()
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(backend, name))
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    kept = Credentials(tmp_path / "credentials.json")

    place = kept.store("here", "secret")

    assert (place, kept.load("here", place)) == ("keyring", "secret")
    assert not (tmp_path / "credentials.json").exists()
    kept.delete("here", place)
    assert kept.load("here", place) is None
