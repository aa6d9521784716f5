"""What searches look words up in."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel


class SearchPiece(ReadModel, table=True):
    """The words in a command's text (number 0) or in a piece of its output (see `search.pieces`)."""

    TABLE: ClassVar[str] = "search_pieces"
    __table_args__ = (
        Index(None, "marks", postgresql_using="gin"),
        Index(None, "session_id", "position"),
    )
    command_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger)
    """Of the command's request."""
    project_id: UUID
    session_id: UUID
    output_first: int = Field(sa_type=BigInteger)
    output_until: int = Field(sa_type=BigInteger)
    error_first: int = Field(sa_type=BigInteger)
    error_until: int = Field(sa_type=BigInteger)
    marks: list[int] = Field(sa_type=ARRAY(Integer), sa_column_kwargs={"info": {"statistics": 0}})
    """See `search.marks`. Where a word is, is seen in the transcript itself."""
