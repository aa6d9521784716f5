"""What a user may write for a repository, and what is kept of it."""

import os

import pytest

from quarterdeck.adapters.git.sources import LocalSource, RemoteSource, parse
from quarterdeck.domain.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "path", "name"),
    [
        ("/srv/app", b"/srv/app", "app"),
        ("/srv/app/", b"/srv/app", "app"),
        ("//srv//./x/../app.git", b"/srv/app.git", "app"),
        ("/srv/app/.git", b"/srv/app/.git", "app"),
        ("/srv/with space\nand line", b"/srv/with space\nand line", "with space-and line"),
        ("file:///srv/a%20b", b"/srv/a b", "a b"),
        ("file://localhost/srv/app", b"/srv/app", "app"),
        ("/srv/caf\udce9", b"/srv/caf\xe9", "caf\\xe9"),
        ("/", b"/", "root"),
    ],
)
def test_a_local_repository_is_an_absolute_path(text: str, path: bytes, name: str) -> None:
    source = parse(text)

    assert source == LocalSource(path=path)
    assert source.name == name


def test_a_home_folder_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")

    assert parse("~/app") == LocalSource(path=b"/home/ada/app")


def test_a_path_that_is_no_text_is_stored_as_a_url_that_leads_back_to_it() -> None:
    source = parse(os.fsdecode(b"/srv/caf\xe9 x"))

    assert source.stored == "file:///srv/caf%E9%20x"
    assert parse(source.stored) == source


@pytest.mark.parametrize(
    ("text", "stored", "name"),
    [
        ("https://forge.example/team/app.git", "https://forge.example/team/app.git", "app"),
        ("https://ada:s3cret@forge.example/team/app", "https://forge.example/team/app", "app"),
        ("https://s3cret@forge.example:8443/app/", "https://forge.example:8443/app/", "app"),
        ("ssh://git@forge.example:22/team/app.git", "ssh://git@forge.example:22/team/app.git", "app"),
        ("ssh://git:s3cret@forge.example/app", "ssh://git@forge.example/app", "app"),
        ("git@forge.example:team/app.git", "git@forge.example:team/app.git", "app"),
        ("git://[::1]:9418/app", "git://[::1]:9418/app", "app"),
    ],
)
def test_a_url_is_kept_without_its_credentials(text: str, stored: str, name: str) -> None:
    source = parse(text)

    assert isinstance(source, RemoteSource)
    assert (source.stored, source.name) == (stored, name)
    assert "s3cret" not in repr(source)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "1 to 4096"),
        ("/srv/\0", "NUL"),
        ("/" + "x" * 5000, "1 to 4096"),
        ("-oProxyCommand=evil", "dash"),
        ("--upload-pack=evil", "dash"),
        ("ext::sh -c evil", "helpers"),
        ("fd::7", "helpers"),
        ("src/app", "relative"),
        (".", "relative"),
        ("ftp://forge.example/app", "ftp"),
        ("https://", "host or a path"),
        ("https://forge.example", "host or a path"),
        ("https://-oevil/app", "host or a path"),
        ("ssh://-oProxyCommand=evil/app", "host or a path"),
        ("ssh://-evil@forge.example/app", "user name"),
        ("https://forge.example:port/app", "malformed"),
        ("https://forge.example/app?token=s3cret", "query"),
        ("https://forge.example/app#x", "query"),
        ("https://forge.example/a b", "percent-encoded"),
        ("file://host/srv/app", "names no host"),
        ("file:///srv/%00", "NUL"),
    ],
)
def test_what_is_no_repository_address_is_refused_with_what_to_do(text: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason) as refusal:
        parse(text)

    assert refusal.value.next_step
    assert refusal.value.field == "repository"
    assert "s3cret" not in refusal.value.message
