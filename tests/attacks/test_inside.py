"""Every attack from inside a jail, in every driver: it fails, finds nothing, or stays within bounds."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.attacks.ground import GONE_SECONDS, Ground, judge
from tests.attacks.script import HOST, Script, everything
from tests.support.jails import Done, finish, read_until, run
from tests.support.waiting import eventually

from quarterdeck.domain.command import EndReason
from quarterdeck.jail.abstract import Jail
from quarterdeck.jail.link import ShimGoneError

pytestmark = pytest.mark.asyncio(loop_scope="module")

INSIDE = [script for script in everything() if script.kind != HOST]
SHARING = [script for script in INSIDE if not script.own_jail]
UPKEEP_SECONDS = 1
"""A command that has stopped or ended the jail's upkeep is ended by its time-out, if by nothing else."""
ALONE = [script for script in INSIDE if script.own_jail]


@pytest.mark.parametrize("script", SHARING, ids=lambda script: script.id)
async def test_an_attack_in_a_jail_comes_to_nothing(
    field: Ground, script: Script, record_property: Callable[[str, Any], None]
) -> None:
    record_property("attack", f"{field.driver_name} {script.id}")

    found = judge(script, await field.attack(field.jail_for(script), script), field)

    assert field.bait.disturbed() == [], found.said


@pytest.mark.parametrize("script", ALONE, ids=lambda script: script.id)
async def test_an_attack_that_spoils_its_jail_spoils_nothing_else(
    field: Ground, script: Script, record_property: Callable[[str, Any], None]
) -> None:
    record_property("attack", f"{field.driver_name} {script.id}")
    if not field.keeps(script):
        pytest.skip(f"no jail on this host keeps {script.further['limit']} by itself; sessions say so")
    jail = await field.new_jail()
    try:
        try:
            judge(script, await _attack(field, jail, script), field)
        except ShimGoneError:
            # who cannot end its container leaves that to the worker, which makes the jail anew
            assert script.ends == "the jail"
        await field.check_neighbour()
        if script.ends != "the jail":
            assert (await run(jail, "echo fine")).text == "fine\n"
    finally:
        await field.end(jail)
    assert field.bait.disturbed() == []


async def _attack(field: Ground, jail: Jail, script: Script) -> Done:
    """Runs the script; what leaves a daemon is left in the foreground, and ended when it has come to its verdict."""
    if not script.leaves_daemon:
        timeout = UPKEEP_SECONDS if script.ends == "the jail" else 60
        return await asyncio.wait_for(field.attack(jail, script, timeout=timeout), GONE_SECONDS)
    command_id = await field.start(jail, script, then="\nexec sleep 1000")
    await read_until(jail, command_id, b"held:")
    await field.check_neighbour()
    await jail.kill(command_id, EndReason.CANCELLED, grace_seconds=0.2)
    done = await asyncio.wait_for(finish(jail, command_id), GONE_SECONDS)
    await eventually(lambda: _is_empty(jail), within=GONE_SECONDS)
    return done


async def _is_empty(jail: Jail) -> bool:
    return await jail.processes() == 0
