"""Tables as CSV and Parquet: read back by readers of others, whatever their length."""

import asyncio
import csv
import io
import tracemalloc
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from quarterdeck.domain.errors import UnavailableError
from quarterdeck.gateway.tables.csv_file import csv_file
from quarterdeck.gateway.tables.parquet_file import PART, parquet_file
from quarterdeck.gateway.tables.table import Cell, Column, Kind, Page, Table

AT = datetime(2026, 11, 20, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
COLUMNS = (Column("at", Kind.TIME), Column("value", Kind.WHOLE), Column("model", Kind.TEXT))
ROWS: list[list[Cell]] = [
    [AT, 2**63 - 1, "claude"],
    [AT, None, '=HYPERLINK("http://x")'],
    [None, -1, 'a "b",\r\nGröße'],
    [AT, 0, ""],
    [AT, 0, None],
]
Writer = Callable[[Table], AsyncGenerator[bytes]]


async def pages(*given: Page) -> AsyncGenerator[Page]:
    for page in given:
        yield page


async def written(writer: Writer, *given: Page) -> bytes:
    return b"".join([part async for part in writer(Table(COLUMNS, pages(*given)))])


async def test_csv_has_a_header_utc_and_no_formulas() -> None:
    data = await written(csv_file, ROWS[:2], ROWS[2:])

    assert data.decode().split("\r\n")[0] == "at,value,model"
    assert list(csv.reader(io.StringIO(data.decode(), newline=""))) == [
        ["at", "value", "model"],
        ["2026-11-20T12:00:00.123456Z", str(2**63 - 1), "claude"],
        ["2026-11-20T12:00:00.123456Z", "", '\'=HYPERLINK("http://x")'],
        ["", "-1", 'a "b",\r\nGröße'],
        ["2026-11-20T12:00:00.123456Z", "0", ""],
        ["2026-11-20T12:00:00.123456Z", "0", ""],
    ]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
async def test_text_that_begins_as_a_formula_gets_an_apostrophe(begin: str) -> None:
    data = (await written(csv_file, [[AT, 1, begin + "1+1"]])).decode()
    rows = list(csv.reader(io.StringIO(data, newline="")))
    assert rows[1][2] == f"'{begin}1+1"


async def test_parquet_has_types_and_text_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "usage.parquet"
    file.write_bytes(await written(parquet_file, ROWS[:2], ROWS[2:]))

    with duckdb.connect() as reader:
        reader.execute("SET TimeZone = 'UTC'")
        found = reader.read_parquet(str(file))
        assert [str(kind) for kind in found.types] == ["TIMESTAMP WITH TIME ZONE", "BIGINT", "VARCHAR"]
        query = f"SELECT epoch_us(\"at\"), value, model FROM '{file}'"
        rows = reader.execute(query).fetchall()
    since = datetime(1970, 1, 1, tzinfo=UTC)
    told = [
        ((row[0] - since) // timedelta(microseconds=1) if isinstance(row[0], datetime) else None, *row[1:])
        for row in ROWS
    ]
    assert rows == told


@pytest.mark.parametrize("given", [(), ([],)])
async def test_nothing_is_a_table_without_rows(tmp_path: Path, given: tuple[Page, ...]) -> None:
    assert await written(csv_file, *given) == b"at,value,model\r\n"
    file = tmp_path / "usage.parquet"
    file.write_bytes(await written(parquet_file, *given))
    with duckdb.connect() as reader:
        assert reader.execute(f"SELECT count(*) FROM '{file}'").fetchall() == [(0,)]


async def endless(made: list[int]) -> AsyncGenerator[Page]:
    while True:
        made.append(len(made))
        yield [[AT, number * 7919, f"{number} of {len(made)}"] for number in range(2000)]


@pytest.mark.parametrize("writer", [csv_file, parquet_file])
async def test_pages_are_asked_for_as_parts_are_taken_and_no_more_when_nobody_takes_them(writer: Writer) -> None:
    made: list[int] = []
    parts = writer(Table(COLUMNS, endless(made)))
    await anext(parts)
    before = len(made)
    await parts.aclose()

    assert len(made) <= before + 1
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("writer", [csv_file, parquet_file])
async def test_what_is_held_does_not_grow_with_the_length(writer: Writer) -> None:
    async def most(count: int) -> int:
        page: Page = [[AT, number, "model"] for number in range(2000)]
        tracemalloc.reset_peak()
        async for _ in writer(Table(COLUMNS, pages(*[page] * count))):
            pass
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        await most(2)
        few, many = await most(5), await most(50)
    finally:
        tracemalloc.stop()
    assert many < few + 4 * PART


@pytest.mark.parametrize("writer", [csv_file, parquet_file])
async def test_what_a_page_fails_with_is_told_as_it_was(writer: Writer) -> None:
    async def failing() -> AsyncGenerator[Page]:
        yield ROWS
        raise UnavailableError("The database does not answer.", "")

    with pytest.raises(UnavailableError, match="does not answer"):
        async for _ in writer(Table(COLUMNS, failing())):
            pass
