"""What shells were like, as packs: sent away, and taken up on another host."""

from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from quarterdeck.adapters.git import shells

FIRST, SECOND, THIRD = (UUID(int=n) for n in (1, 2, 3))


def anything(_state: bytes) -> bool:
    return True


def filled(folder: Path) -> Path:
    shells.keep(folder, FIRST, b"cd one", known=True)
    shells.keep(folder, SECOND, None, known=True)
    shells.keep(folder, THIRD, b"cd three", known=True)
    return folder


def test_they_are_the_same_on_the_other_host_after_each_command(tmp_path: Path) -> None:
    here, there = filled(tmp_path / "here"), tmp_path / "there"
    whole = shells.packed(here, 0, anything)
    assert whole
    shells.keep(here, UUID(int=4), b"", known=True)
    rest = shells.packed(here, whole[1], anything)
    assert rest

    shells.unpack(there, [whole[0], rest[0]])

    for command_id in (FIRST, SECOND, THIRD, UUID(int=4)):
        for before in (True, False):
            assert shells.find(there, command_id, before=before) == shells.find(here, command_id, before=before)
    assert (whole[1], rest[1]) == (3, 4)
    assert shells.packed(here, 4, anything) is None
    assert {path.stat().st_mode & 0o777 for path in there.iterdir()} == {0o600}


def test_what_was_there_before_is_gone(tmp_path: Path) -> None:
    here, there = filled(tmp_path / "here"), filled(tmp_path / "there")
    shells.keep(there, UUID(int=9), b"cd elsewhere", known=True)
    whole = shells.packed(here, 0, anything)
    assert whole

    shells.unpack(there, [whole[0]])

    assert shells.find(there, None, before=False) == b"cd three"
    assert shells.find(there, UUID(int=9), before=False) is None
    shells.unpack(there, [])
    assert shells.find(there, None, before=False) == b""


def test_one_that_may_not_leave_counts_as_one_that_was_not_kept(tmp_path: Path) -> None:
    here, there = filled(tmp_path / "here"), tmp_path / "there"
    whole = shells.packed(here, 0, lambda state: b"three" not in state)
    assert whole
    assert b"cd three" not in whole[0]

    shells.unpack(there, [whole[0]])

    assert shells.find(there, SECOND, before=False) == b"cd one"
    assert shells.find(there, None, before=False) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"commands": [[str(FIRST), "../../etc/passwd"]], "states": {}}),
        msgspec.msgpack.encode({"commands": [], "states": {"../escape": b"x"}}),
        msgspec.msgpack.encode({"commands": [["no id", "fresh"]], "states": {}}),
        msgspec.msgpack.encode({"commands": [[str(FIRST), "0" * 64]], "states": {"0" * 64: b"x"}}),
    ],
)
def test_what_is_no_such_pack_is_refused_and_changes_nothing(tmp_path: Path, content: bytes) -> None:
    there = filled(tmp_path / "there")
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        shells.unpack(there, [content])
    assert shells.find(there, None, before=False) == b"cd three"
    assert not (tmp_path / "escape").exists()
