"""What a daemon tells of its runtimes decides how a jail is made with one, and whether."""

from typing import Any

import pytest

from quarterdeck.jail.docker import look


def daemon(*flags: str, default: str = "runc", path: str = "/usr/local/bin/runsc") -> dict[str, Any]:
    return {
        "DefaultRuntime": default,
        "Runtimes": {"runc": {"path": "runc"}, "runsc": {"path": path, "runtimeArgs": list(flags)}},
    }


@pytest.mark.parametrize(
    ("flags", "fits"),
    [
        (("--host-uds=open",), True),
        (("-host-uds=all", "--network=none"), True),
        (("--fsgofer-host-uds",), True),
        (("--network=none",), False),
        (("--host-uds=none",), False),
        ((), False),
    ],
)
def test_gvisor_must_let_a_container_reach_its_sessions_socket(flags: tuple[str, ...], *, fits: bool) -> None:
    problem = look.cannot_be_reached(daemon(*flags), "runsc")

    assert (problem is None) == fits
    told = {each.name: each.on for each in look.protections(daemon(*flags))}
    assert told["docker runtime runsc"] == fits


def test_the_daemons_default_is_looked_at_where_none_is_named() -> None:
    assert look.cannot_be_reached(daemon(default="runsc"), "") is not None
    assert look.cannot_be_reached(daemon(), "") is None


def test_a_runtime_that_is_configured_elsewhere_is_tried() -> None:
    assert look.cannot_be_reached(daemon(path="kata-runtime"), "runsc") is None
    assert look.cannot_be_reached({"Runtimes": {"kata": {"path": ""}}}, "kata") is None
