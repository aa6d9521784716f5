"""Tasks side by side: ended for sure, also those that swallow a cancellation."""

import asyncio
import gc
from typing import Any

import pytest

from quarterdeck.application import background
from quarterdeck.application.background import end, together


@pytest.fixture(autouse=True)
def again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "AGAIN_SECONDS", 0.01)


class Stubborn:
    """Swallows so many cancellations."""

    def __init__(self, swallows: int = 1) -> None:
        self.swallows = swallows
        self.begun = asyncio.Event()
        self.is_over = False

    async def run(self) -> None:
        self.begun.set()
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.swallows -= 1
                if self.swallows < 0:
                    self.is_over = True
                    raise


async def begun(*works: Stubborn) -> None:
    for work in works:
        await work.begun.wait()


async def test_a_task_that_swallows_a_cancellation_is_cancelled_again() -> None:
    stubborn = Stubborn(swallows=3)
    task = asyncio.create_task(stubborn.run())
    await begun(stubborn)
    await end([task])
    assert task.cancelled()


async def test_whoever_is_cancelled_while_it_ends_others_has_ended_them_all_the_same() -> None:
    first, second = Stubborn(swallows=3), Stubborn()
    tasks = [asyncio.create_task(each.run()) for each in (first, second)]
    await begun(first, second)
    ending = asyncio.create_task(end(tasks))
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert all(task.cancelled() for task in tasks)


async def test_who_cleans_up_is_not_cancelled_again_because_another_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "AGAIN_SECONDS", 60.0)
    told, cleaned = asyncio.Event(), asyncio.Event()

    async def clean_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            told.set()
            await cleaned.wait()

    cleaning = asyncio.create_task(clean_up())
    await asyncio.sleep(0)
    ending = asyncio.create_task(end([cleaning]))
    await told.wait()
    ending.cancel()
    await asyncio.sleep(0)
    cleaned.set()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert cleaning.cancelling() == 1


async def test_what_ended_tasks_raise_is_told_to_nobody() -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

    async def fail() -> None:
        raise ValueError

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    await end([task])
    del task
    gc.collect()
    assert told == []


async def test_together_returns_when_all_are_done() -> None:
    done: list[int] = []

    async def note(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    await together(note(1), note(2))
    assert sorted(done) == [1, 2]


async def test_together_the_first_error_is_raised_once_none_runs_any_more() -> None:
    stubborn = Stubborn()

    async def fail() -> None:
        await stubborn.begun.wait()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await together(stubborn.run(), fail())
    assert stubborn.is_over


async def test_together_all_end_when_it_is_cancelled_though_one_swallows_that() -> None:
    """A task group of asyncio's would wait for it for ever."""
    stubborn, other = Stubborn(), Stubborn(swallows=0)
    running = asyncio.create_task(together(stubborn.run(), other.run()))
    await begun(stubborn, other)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert stubborn.is_over
    assert other.is_over
