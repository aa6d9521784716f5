"""What of the limits asked for a session gets, and what is refused where limits are strict."""

from pathlib import Path

import pytest
from tests.support.deck import Deck, working

from quarterdeck.domain.limits import GIB, MIB, LimitsAsked
from quarterdeck.domain.session_events import Limit
from quarterdeck.jail.abstract import JailSpec
from quarterdeck.jail.dummy import DummyDriver, DummyJail
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import JailLimits
from quarterdeck.worker.limits import of_jail, refuse_unkept, within
from quarterdeck.worker.settings import WorkerSettings

SETTINGS = WorkerSettings(
    worker_id="w1",
    host="here",
    state_dir=Path("state"),
    default_limits=LimitsAsked(memory_bytes=4 * GIB, cpus=2),
    max_limits=LimitsAsked(memory_bytes=8 * GIB, processes=500),
)


def test_the_strictest_of_project_and_session_holds() -> None:
    project, session = LimitsAsked(memory_bytes=2 * GIB, cpus=1), LimitsAsked(memory_bytes=GIB, cpus=4)

    assert within(SETTINGS, project, session) == LimitsAsked(memory_bytes=GIB, cpus=1, processes=500)


def test_the_default_is_for_what_nobody_asks_for_and_may_be_exceeded_up_to_the_most() -> None:
    assert within(SETTINGS, LimitsAsked()).memory_bytes == 4 * GIB
    assert within(SETTINGS, LimitsAsked(memory_bytes=6 * GIB)).memory_bytes == 6 * GIB
    assert within(SETTINGS, LimitsAsked(memory_bytes=60 * GIB)).memory_bytes == 8 * GIB


def test_a_jail_gets_what_was_asked_for_and_its_own_for_the_rest() -> None:
    limits = of_jail(LimitsAsked(temporary_bytes=MIB, memory_bytes=GIB, output_bytes=5 * MIB), output_limit=2 * MIB)

    assert (limits.temporary_bytes, limits.memory_bytes, limits.output_bytes) == (MIB, GIB, 2 * MIB)
    assert limits.open_files == JailLimits().open_files


def test_limits_that_nobody_keeps_are_named_with_what_to_do() -> None:
    kept = Limit(name="open_files", asked="4096", enforced_by="rlimit")
    refuse_unkept([kept])

    with pytest.raises(JailError) as refused:
        refuse_unkept([kept, Limit(name="memory", asked="2 GiB", enforced_by="")])

    assert "memory (2 GiB)" in refused.value.message
    assert "open-files" not in refused.value.message
    assert "strict-limits=no" in refused.value.next_step


class ForgetfulDriver(DummyDriver):
    """Keeps no limit, and notes what it was to keep."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[JailLimits | None] = []

    async def create(self, spec: JailSpec) -> DummyJail:
        self.asked.append(spec.limits)
        jail = await super().create(spec)
        jail.limits = (Limit(name="cpus", asked="1", enforced_by=""),)
        return jail


async def test_a_session_whose_project_wants_limits_strict_fails_where_one_is_not_kept(deck: Deck) -> None:
    async with working(deck.worker(driver=ForgetfulDriver())):
        ended = await deck.closed(await deck.open(await deck.project(strict_limits=True)))

        assert ended.how == "failed"
        assert "Not kept: cpus (1)" in ended.reason
        assert await deck.workspaces.sessions() == []
    assert deck.host.jails == {}


async def test_where_limits_are_not_strict_it_opens_and_says_so(deck: Deck) -> None:
    deck.settings = WorkerSettings(
        worker_id="w1", host="here", state_dir=deck.folder, default_limits=LimitsAsked(cpus=1.5)
    )
    driver = ForgetfulDriver()
    async with working(deck.worker(driver=driver)):
        await deck.opened()

    assert [limits.cpus for limits in driver.asked if limits] == [1.5]
