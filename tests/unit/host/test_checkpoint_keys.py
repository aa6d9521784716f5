"""The key that `quarterdeck up` signs checkpoints with."""

import stat
from pathlib import Path

import pytest

from quarterdeck.conductor.checkpoints import Keys
from quarterdeck.host.checkpoint_keys import FILE, checkpoint_key, replace_checkpoint_key
from quarterdeck.host.errors import StorageError
from quarterdeck.host.roles import for_role
from quarterdeck.host.settings import load


def keys(folder: Path) -> Keys:
    return Keys.parse(checkpoint_key(folder).get_secret_value())


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = keys(tmp_path)
    assert keys(tmp_path).current.written() == first.current.written()
    assert first.previous is None
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_key_that_is_replaced_stays_to_vouch_for_the_next(tmp_path: Path) -> None:
    first = keys(tmp_path)
    replace_checkpoint_key(tmp_path)
    second = keys(tmp_path)
    assert second.previous is not None
    assert second.previous.written() == first.current.written()
    replace_checkpoint_key(tmp_path)
    third = keys(tmp_path).previous
    assert third is not None
    assert third.written() == second.current.written()


def test_there_is_none_to_replace_before_the_first_start(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no checkpoint key"):
        replace_checkpoint_key(tmp_path)


def test_the_key_is_given_to_the_conductor_alone(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path, checkpoint_key=checkpoint_key(tmp_path))
    assert for_role("conductor", settings).checkpoint_key is not None
    for role in ("gateway", "worker", "projector"):
        assert for_role(role, settings).checkpoint_key is None
