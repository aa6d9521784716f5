"""The SQL that changes a table, from its description. Rows come as one JSON text, `%(rows)s`."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Column, MetaData, Table, make_url
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from quarterdeck_projections.tables import METADATA

_DIALECT = make_url("postgresql+psycopg://").get_dialect()()


@cache
def insert(schema: str, table: str) -> bytes:
    columns = ", ".join(_quoted(_columns(table)))
    records = _records(table, _columns(table))
    return f"INSERT INTO {schema}.{_name(table)} ({columns}) SELECT {columns} FROM {records}".encode()  # noqa: S608


@cache
def copy(schema: str, table: str) -> bytes:
    return f"COPY {schema}.{_name(table)} ({', '.join(_quoted(_columns(table)))}) FROM STDIN".encode()


@cache
def update(schema: str, table: str, columns: tuple[str, ...]) -> bytes:
    values = ", ".join(f"{name} = new.{name}" for name in _quoted(columns))
    records = _records(table, (*key(table), *columns))
    return f"UPDATE {schema}.{_name(table)} AS old SET {values} FROM {records} WHERE {_same_key(table)}".encode()  # noqa: S608


@cache
def delete(schema: str, table: str) -> bytes:
    records = _records(table, key(table))
    return f"DELETE FROM {schema}.{_name(table)} AS old USING {records} WHERE {_same_key(table)}".encode()  # noqa: S608


@cache
def key(table: str) -> tuple[str, ...]:
    """The columns of the primary key."""
    return tuple(column.name for column in METADATA.tables[table].primary_key)


def _name(table: str) -> str:
    return METADATA.tables[table].name


def _columns(table: str) -> list[str]:
    return [column.name for column in written(METADATA.tables[table])]


def written(table: Table) -> list[Column[Any]]:
    """The columns that rows have a value for: the others PostgreSQL computes from them."""
    return [column for column in table.columns if column.computed is None]


def _records(table: str, names: Iterable[str]) -> str:
    columns = METADATA.tables[table].columns
    typed = ", ".join(f'"{name}" {columns[name].type.compile(dialect=_DIALECT)}' for name in names)
    return f"json_to_recordset(%(rows)s::json) AS new({typed})"


def _same_key(table: str) -> str:
    return " AND ".join(f"old.{name} = new.{name}" for name in _quoted(key(table)))


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def create(schema: str, table: str) -> list[bytes]:
    """The same table in another schema, with its indexes under the same names."""
    twin = METADATA.tables[table].to_metadata(MetaData(naming_convention=METADATA.naming_convention), schema=schema)
    indexes = sorted(twin.indexes, key=lambda index: str(index.name))
    made: list[ExecutableDDLElement] = [CreateTable(twin), *map(CreateIndex, indexes)]
    return [*(str(statement.compile(dialect=_DIALECT)).encode() for statement in made), *_statistics(twin)]


def _statistics(table: Table) -> list[bytes]:
    """How much ANALYZE is to gather of a column, where its `info` says that."""
    return [
        f'ALTER TABLE {table.schema}.{table.name} ALTER COLUMN "{column.name}" SET STATISTICS {wanted}'.encode()
        for column in table.columns
        if (wanted := column.info.get("statistics")) is not None
    ]
