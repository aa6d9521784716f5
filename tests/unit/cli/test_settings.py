"""Settings of a project as they are written on the command line."""

from typing import Any

import pytest
from tests.support.fake_gateway.world import World

from quarterdeck_cli import settings
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.settings import limits_of

PYPI = {"host": "pypi.org", "port": 443}


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["memory=2G"], {"limits": {"memoryBytes": 2 * 1024**3}}),
        (["memory=512 MiB", "cpus=1.5"], {"limits": {"memoryBytes": 512 * 1024**2, "cpus": 1.5}}),
        (["tmp=0.5g"], {"limits": {"temporaryBytes": 1024**3 // 2}}),
        (["idle-time=30m", "wall-time=7d"], {"limits": {"idleSeconds": 1800, "wallSeconds": 604800}}),
        (["time-out=90"], {"commandTimeoutSeconds": 90}),
        (["sessions=3", "sessions-per-user=none"], {"maxSessions": 3, "maxSessionsPerUser": None}),
        (["strict-limits=yes", "keep-ignored=off"], {"strictLimits": True, "keepIgnored": False}),
        (["task-at-close=in-review"], {"taskAtClose": "in_review"}),
        (["snapshots=20G"], {"snapshotBytes": 20 * 2**30}),
        (["image=debian:13"], {"image": "debian:13"}),
        (["workspace_files=400", "Open_Files=64"], {"limits": {"workspaceFiles": 400, "openFiles": 64}}),
        (["memory="], {"limits": {"memoryBytes": None}}),
        (["network="], {"network": []}),
        (["network=pypi.org"], {"network": [PYPI]}),
        (["network=PyPI.org.:443,*.x.org:80"], {"network": [PYPI, {"host": "*.x.org", "port": 80}]}),
        (["network=[2001:db8::1]:8443"], {"network": [{"host": "2001:db8::1", "port": 8443}]}),
        (["network=2001:db8::1"], {"network": [{"host": "2001:db8::1", "port": 443}]}),
    ],
)
def test_settings_are_read_as_people_write_them(words: list[str], asked: dict[str, Any]) -> None:
    assert settings.parse(words, []) == asked


def test_network_rules_are_added_and_taken_away() -> None:
    both = settings.parse(["network+=npmjs.org:443"], [PYPI])["network"]

    assert both == [PYPI, {"host": "npmjs.org", "port": 443}]
    assert settings.parse(["network+=pypi.org"], both)["network"] == both
    assert settings.parse(["network-=pypi.org", "network+=a.org"], both)["network"] == [
        {"host": "npmjs.org", "port": 443},
        {"host": "a.org", "port": 443},
    ]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("memory", "'memory' sets nothing"),
        ("memory=lots", "'lots' is no size"),
        ("idle-time=soon", "'soon' is no length of time"),
        ("sessions=-1", "'-1' is no whole number"),
        ("cpus=two", "'two' is no number"),
        ("strict-limits=perhaps", "'perhaps' is neither yes nor no"),
        ("memroy=2G", "There is no setting 'memroy'"),
        ("memory+=2G", "memory is no list"),
        ("network-=a.org", "There is no rule a.org:443"),
        ("network=a.org:http", "'http' is no whole number"),
    ],
)
def test_what_cannot_be_read_is_said(word: str, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("?", "\\?")) as refused:
        settings.parse([word], [PYPI])

    assert refused.value.next_step


def test_a_world_of_the_tests_has_every_setting() -> None:
    shown = World().add_project("p", "/p")["settings"]

    assert {kind.api for kind in settings.PLAIN.values()} <= shown.keys()
    assert {kind.api for kind in settings.LIMITS.values()} == shown["limits"].keys()


def test_the_limits_of_a_session_are_written_like_a_projects() -> None:
    asked = limits_of(memory="2G", cpus="1.5", idle_time="30m", open_files=None)

    assert asked == {"memoryBytes": 2 * 2**30, "cpus": 1.5, "idleSeconds": 1800}


def test_a_limit_that_cannot_be_read_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(UsageError) as refused:
        limits_of(memory="lots")

    assert "'lots' is no size" in str(refused.value)
