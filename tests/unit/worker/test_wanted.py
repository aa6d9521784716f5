"""Long work that somebody may stop wanting meanwhile."""

import asyncio

import pytest

from quarterdeck.worker.wanted import while_wanted

SOON = 0.01


async def _no() -> bool:
    return False


async def _yes() -> bool:
    return True


async def _for_ever() -> str:
    await asyncio.Event().wait()
    raise AssertionError("nothing ends it")


async def test_work_that_is_wanted_is_done() -> None:
    asked = 0
    enough = asyncio.Event()

    async def wanted() -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:
            enough.set()
        return True

    async def work() -> str:
        await enough.wait()
        return "made"

    assert await while_wanted(work(), wanted, SOON) == "made"
    assert asked == 3


async def test_work_that_nobody_wants_is_cancelled() -> None:
    assert await while_wanted(_for_ever(), _no, SOON) is None


async def test_work_that_ends_while_it_is_asked_about_is_not_lost() -> None:
    ended = asyncio.Event()

    async def work() -> str:
        await ended.wait()
        return "made"

    async def wanted() -> bool:
        ended.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return False

    assert await while_wanted(work(), wanted, SOON) == "made"


async def test_a_failure_is_raised() -> None:
    async def work() -> str:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await while_wanted(work(), _yes, SOON)


async def test_who_is_cancelled_meanwhile_cancels_the_work() -> None:
    begun = asyncio.Event()
    cancelled = asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    asking = asyncio.create_task(while_wanted(work(), _yes, 60.0))
    await begun.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert cancelled.is_set()
