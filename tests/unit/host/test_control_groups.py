"""What `quarterdeck doctor` says about control groups."""

import os
from pathlib import Path

import pytest

from quarterdeck.host import kernel
from quarterdeck.host.finding import Finding
from quarterdeck.jail.cgroups import hierarchies
from quarterdeck.jail.cgroups.hierarchies import Hierarchy


def finding(monkeypatch: pytest.MonkeyPatch, *found: Hierarchy, uid: int = 0) -> Finding:
    monkeypatch.setattr(hierarchies, "find", lambda: found)
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    return kernel.cgroups()


def test_where_all_limits_can_be_kept_it_is_said_by_which_version(monkeypatch: pytest.MonkeyPatch) -> None:
    both = (
        Hierarchy(2, Path("/v2"), frozenset({"freezer", "pids"})),
        Hierarchy(1, Path("/v1"), frozenset({"memory", "cpu"})),
    )

    told = finding(monkeypatch, *both)

    assert (told.on, told.next_step) == (True, "")
    assert told.detail == "cpu (v1), freezer (v2), memory (v1), pids (v2)"


def test_a_controller_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told = finding(monkeypatch, Hierarchy(2, Path("/v2"), frozenset({"memory", "pids"})))

    assert not told.on
    assert told.detail.endswith("; without cpu")
    assert "mount" in told.next_step


def test_an_ordinary_user_is_told_of_delegation(monkeypatch: pytest.MonkeyPatch) -> None:
    told = finding(monkeypatch, uid=1000)

    assert told.detail.startswith("none that may be used")
    assert "Delegate=yes" in told.next_step
