"""Fixtures that every test may ask for."""

import asyncio
import functools
import gc
import inspect
from collections.abc import Awaitable, Callable, Generator

import pytest
from tests.support.debian import debian_image
from tests.support.docker_daemon import docker_daemon, gvisor_daemon
from tests.support.prepared import remove_prepared
from tests.support.s3 import s3
from tests.support.services import database, empty_database, nats_server, nats_url, postgres

__all__ = [
    "database",
    "debian_image",
    "docker_daemon",
    "empty_database",
    "gvisor_daemon",
    "nats_server",
    "nats_url",
    "postgres",
    "s3",
]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay to the end: looking through them for garbage, again and again as they come, took a
    quarter of the time in which they are collected, and then a tenth of the tests' time. The garbage stays, too.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(20_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that waits for ever ends by an error at the place where it waits, a little before pytest-timeout ends it:
    that one would show only the loop, which waits always.
    """
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        marker = item.get_closest_marker("timeout")
        seconds = float(marker.args[0] if marker else item.config.getini("timeout"))
        item.obj = _ended_in_time(item.obj, seconds * 0.95)
    return (yield)


def _ended_in_time(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def bounded(*args: object, **kwargs: object) -> None:
        async with asyncio.timeout(seconds):
            await test(*args, **kwargs)

    return bounded


LONGEST_NAME = 80


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A long text is named by its beginning and its length: names go to every process and into its environment."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_NAME:
        return f"{argname} {val[:20]!r} of {len(val)}"
    return None


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        remove_prepared()
