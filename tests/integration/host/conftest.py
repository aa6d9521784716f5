"""Data directories that the unprivileged user can reach, and `up` processes that end with the test."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.house import House
from tests.support.services import service_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may pass through."""
    with service_folder() as made:
        yield made


@pytest.fixture
def new_house(folder: Path) -> Iterator[House]:
    """A `quarterdeck up` with stand-in roles, not started yet."""
    made = House(folder / "data")
    yield made
    made.close()


@pytest.fixture
def house(new_house: House) -> House:
    """The same, with PostgreSQL's folder as a first start leaves it."""
    new_house.prepare()
    return new_house


@pytest.fixture(scope="session")
def running() -> Iterator[House]:
    """One that runs, for tests that change nothing in it."""
    with service_folder() as folder:
        house = House(folder / "data")
        house.prepare()
        house.start()
        try:
            asyncio.run(house.ready())
            yield house
        finally:
            house.close()


@pytest.fixture
def another(folder: Path) -> Iterator[Callable[..., House]]:
    """Further ones, by data directory and port."""
    made: list[House] = []

    def make(data: Path | None = None, port: int | None = None, **environment: str) -> House:
        house = House(data or folder / f"other{len(made)}", port, environment)
        house.out = folder / f"other{len(made)}.out"
        made.append(house)
        return house

    yield make
    for each in made:
        each.close()
