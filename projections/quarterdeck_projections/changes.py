"""What a batch of events changes in the read models: at most one change for each row."""

from collections.abc import Iterator
from typing import TypeAlias

from sqlalchemy import Table

from quarterdeck_projections.statements import written
from quarterdeck_projections.tables import ReadModel, table_of

Key: TypeAlias = tuple[object, ...]
"""Values of the primary key, in the table's order."""
Row: TypeAlias = dict[str, object]
"""Values by column: UUIDs and times as such or as text, JSON as anything that msgspec encodes."""


class TableChanges:
    """Applied in the order: `deleted`, `inserted`, `updated`. A row's later changes fold into its earlier ones."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._empty: Row = {column.name: None for column in written(table)}
        self.deleted: dict[Key, None] = {}
        self.inserted: dict[Key, Row] = {}
        self.updated: dict[Key, Row] = {}

    def insert(self, key: Key, row: Row) -> None:
        """A row that does not exist. A column left out is NULL."""
        self.inserted[key] = {**self._empty, **row}

    def replace(self, key: Key, row: Row) -> None:
        """A row that may exist."""
        self.delete(key)
        self.insert(key, row)

    def update(self, key: Key, row: Row) -> None:
        """Some columns of a row, or none; nothing where there is no such row."""
        if not row:
            return
        known = self.inserted.get(key) or self.updated.get(key)
        if known is None:
            self.updated[key] = row
        else:
            known.update(row)

    def delete(self, key: Key) -> None:
        """A row, if there is one."""
        self.inserted.pop(key, None)
        self.updated.pop(key, None)
        self.deleted[key] = None


class Changes:
    """By table."""

    def __init__(self) -> None:
        self._tables: dict[str, TableChanges] = {}

    def of(self, model: type[ReadModel]) -> TableChanges:
        return self._tables.setdefault(model.TABLE, TableChanges(table_of(model)))

    def __iter__(self) -> Iterator[TableChanges]:
        return iter(self._tables.values())
