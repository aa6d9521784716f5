"""CSV as RFC 4180 has it: UTF-8, CRLF, a header, quotes where they are needed; absent values are empty.

What begins as a formula does would be run by a spreadsheet: such text gets an apostrophe before it, as OWASP advises.
It came from agents and repositories. Parquet has it as it is.
"""

import asyncio
import csv
import io
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime

from quarterdeck.gateway.tables.table import Cell, Page, Table

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms, which some spreadsheets take for the others."""


async def csv_file(table: Table) -> AsyncGenerator[bytes]:
    """A part for each page; the header comes with the first, or alone where there is none."""
    header: Page = [[column.name for column in table.columns]]
    async with aclosing(table.pages) as pages:
        async for page in pages:
            # beside the event loop, which others wait for
            yield await asyncio.to_thread(_written, [*header, *page])
            header = []
    if header:
        yield _written(header)


def _written(page: Page) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_text(cell) for cell in row] for row in page)
    return text.getvalue().encode()


def _text(cell: Cell) -> str | int:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
        case str():
            return f"'{cell}" if cell.startswith(FORMULA) else cell
        case _:
            return cell
