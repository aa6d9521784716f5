"""What all tables of read models have in common."""

from typing import ClassVar

from sqlalchemy import DateTime, Index, MetaData, Table, text
from sqlalchemy.orm import declared_attr
from sqlmodel import SQLModel

from quarterdeck_projections.names import NEXT_SCHEMA, SCHEMA

__all__ = ["METADATA", "NEXT_SCHEMA", "SCHEMA", "ReadModel", "Time", "id_end", "table_of"]

METADATA = MetaData(
    schema=SCHEMA,
    naming_convention={"pk": "%(table_name)s_pkey", "ix": "%(table_name)s_%(column_0_N_name)s_idx"},
)


def id_end(table: str) -> Index:
    """By which rows are found by the end of their id: see `queries.id_endings`."""
    # written as PostgreSQL tells it, with which it is compared
    return Index(f"{table}_id_end_idx", text("""reverse(encode(uuid_send(id), 'hex'::text) COLLATE "C")"""))


class Time(DateTime):
    """With its zone, which is UTC."""

    def __init__(self) -> None:
        super().__init__(timezone=True)


class ReadModel(SQLModel):
    TABLE: ClassVar[str]
    metadata = METADATA

    @declared_attr  # type: ignore[arg-type] # SQLAlchemy types it for columns only
    def __tablename__(cls) -> str:  # noqa: N805 # pyright: ignore[reportIncompatibleVariableOverride] # a class method
        return cls.TABLE


def table_of(model: type[ReadModel]) -> Table:
    return METADATA.tables[f"{SCHEMA}.{model.TABLE}"]
