"""Decisions as numbered lines, each kept until it is in the log."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from quarterdeck.domain.network_access import Verdict
from quarterdeck.jail.egress.ledger import MOST_SUMS, Entry, Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "decisions"


@pytest.fixture
def file(path: Path) -> Iterator[int]:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    yield opened
    os.close(opened)


def refused(host: str) -> Entry:
    return Entry(host=host, port=443, verdict=Verdict.REFUSED, reason="no")


async def test_entries_are_numbered_on_from_the_last_one_and_kept_until_they_are_taken(file: int, path: Path) -> None:
    ledger = Ledger(file, 7)
    ledger.add(refused("a"))
    ledger.add(refused("b"))

    first = await ledger.after(7)
    again = await ledger.after(8)

    assert [(line["number"], line["host"]) for line in first] == [(8, "a"), (9, "b")]
    assert [line["number"] for line in again] == [9]
    assert [json.loads(line)["number"] for line in path.read_text().splitlines()] == [8, 9]


async def test_the_file_is_emptied_when_all_of_it_was_taken(file: int, path: Path) -> None:
    ledger = Ledger(file, 0)
    ledger.add(refused("a"))
    await ledger.after(0)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ledger.after(1), 0.01)

    assert path.read_text() == ""


async def test_beyond_its_allowance_alike_entries_are_one_sum(file: int, path: Path) -> None:
    ledger = Ledger(file, 0, burst=2)
    for _ in range(5):
        ledger.add(Entry(host="a", port=443, verdict=Verdict.ALLOWED, address="192.0.2.1", bytes_up=1, bytes_down=2))

    ledger.close()

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["count"] for line in lines] == [1, 1, 3]
    assert (lines[2]["bytes_up"], lines[2]["bytes_down"], lines[2]["address"]) == (3, 6, "")


async def test_more_kinds_than_it_keeps_are_one_sum_without_a_name(file: int, path: Path) -> None:
    ledger = Ledger(file, 0, burst=0)
    for number in range(MOST_SUMS + 10):
        ledger.add(refused(f"host-{number}"))

    ledger.close()

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == MOST_SUMS + 1
    assert (lines[-1]["host"], lines[-1]["count"]) == ("", 10)
