"""Writing changes of rows: a statement for each table and kind of change, whatever the number of rows.

Rows go as one JSON text, or by COPY where they are many.
"""

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
from sqlalchemy.dialects.postgresql import JSONB

from quarterdeck_projections import statements
from quarterdeck_projections.changes import Changes, Row, TableChanges
from quarterdeck_projections.database import Connection
from quarterdeck_projections.projection import SqlProjection

COPIED_FROM = 64
"""Rows. Fewer are quicker in one round trip as JSON."""
_json = msgspec.json.Encoder()


class Statement(NamedTuple):
    query: bytes
    parameters: dict[str, object]
    size: int = 0
    """Of the rows in it, in characters."""


class Copy(NamedTuple):
    """Whole rows into a table; `encoded` are the places of JSON values in them. Takes more than one round trip."""

    query: bytes
    encoded: tuple[int, ...]
    rows: Collection[Row]
    size: int = sys.maxsize


Step: TypeAlias = Statement | Copy


def steps(schema: str, changes: Iterable[Changes]) -> Iterator[Step]:
    for batch in changes:
        for changed in batch:
            yield from _steps(schema, changed)


def copying(projection: SqlProjection, schema: str, after: int, upto: int) -> Statement:
    query = projection.statement.replace("{schema}", schema).encode()
    return Statement(query, {"after": after, "upto": upto})


async def take(connection: Connection, step: Step) -> None:
    match step:
        case Statement():
            await connection.execute(step.query, step.parameters, prepare=True)
        case Copy():
            await _copy_rows(connection, step)


async def _copy_rows(connection: Connection, step: Copy) -> None:
    async with connection.cursor().copy(step.query) as copy:
        for row in step.rows:
            values = list(row.values())
            for place in step.encoded:
                if values[place] is not None:
                    values[place] = _json.encode(values[place]).decode()
            await copy.write_row(values)


def _steps(schema: str, changed: TableChanges) -> Iterator[Step]:
    table = changed.table.key
    if changed.deleted:
        yield _statement(statements.delete(schema, table), [_keyed(table, key) for key in changed.deleted])
    if len(changed.inserted) >= COPIED_FROM:
        yield _copy(schema, changed)
    elif changed.inserted:
        yield _statement(statements.insert(schema, table), list(changed.inserted.values()))
    for columns, rows in _by_shape(changed).items():
        yield _statement(statements.update(schema, table, columns), rows)


def _copy(schema: str, changed: TableChanges) -> Copy:
    encoded = tuple(
        place for place, column in enumerate(statements.written(changed.table)) if isinstance(column.type, JSONB)
    )
    query = statements.copy(schema, changed.table.key)
    return Copy(query, encoded, changed.inserted.values())


def _by_shape(changed: TableChanges) -> dict[tuple[str, ...], list[Row]]:
    """Rows by which columns they change: a column that is absent stays, one that is None becomes NULL."""
    shapes: dict[tuple[str, ...], list[Row]] = {}
    for key, row in changed.updated.items():
        shapes.setdefault(tuple(row), []).append({**row, **_keyed(changed.table.key, key)})
    return shapes


def _keyed(table: str, key: tuple[object, ...]) -> Row:
    return dict(zip(statements.key(table), key, strict=True))


def _statement(query: bytes, rows: Sequence[Row]) -> Statement:
    text = _json.encode(rows).decode()
    return Statement(query, {"rows": text}, len(text))
