"""The tables, as SQLModel. Importing this takes about 0.4 s of CPU: nothing does that before it has to."""

from sqlalchemy import Index
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Field, SQLModel

CACHE = ("seen", "listing", "folder")
"""Thrown away when CACHE_VERSION is another. The others are never: columns are only added to them, with a default."""


class Seen(SQLModel, table=True):
    """An object of the server, as it was in an answer."""

    __table_args__ = (Index("seen_listed", "kind", "project_id", "place"),)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    project_id: str | None
    state: str
    place: str
    """Its place in lists, which show the greatest first."""
    seen_at: float
    node: str
    """JSON."""


class Listing(SQLModel, table=True):
    """When a kind of object was listed last."""

    kind: str = Field(primary_key=True)
    project_id: str = Field(primary_key=True)
    """Empty: of all projects."""
    listed_at: float


class Folder(SQLModel, table=True):
    """Names in a folder of a session's workspace, for who types a path."""

    session: str = Field(primary_key=True)
    """As it was typed."""
    path: str = Field(primary_key=True)
    names: str
    """JSON; those of folders have a slash at their end."""


class Change(SQLModel, table=True):
    """What was asked of the server and has not been answered."""

    number: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """The idempotency key: with it the server does it once, however often it is sent."""
    document: str
    input: str
    """JSON, without the key."""
    task: str
    """The task's global id, or the name that a new one has here."""
    said: str
    """What it is, in a line."""
    made_at: float
    was: str
    """JSON: how the task stood in what the user saw."""
    attempted: bool = False
    """It may have arrived."""
    trouble: str = ""
    """Why the server did not take it; the user is asked. Empty: it waits."""
    next_step: str = ""


class NewTask(SQLModel, table=True):
    """A task that was written down while there was no server."""

    name: str = Field(primary_key=True)
    """As `new-1`."""
    made_at: float
    task_id: str | None = None
    reference: str | None = None
    """Both once it was sent."""


def statements() -> list[str]:
    """What makes each table that is not there."""
    dialect = sqlite.dialect()
    made: list[str] = []
    for table in SQLModel.metadata.sorted_tables:
        made.append(str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)))
        made += [str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect)) for index in table.indexes]
    return made
