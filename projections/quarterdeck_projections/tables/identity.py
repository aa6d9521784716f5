"""Users, their roles and tokens."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from quarterdeck_projections.tables.base import ReadModel, Time


class User(ReadModel, table=True):
    TABLE: ClassVar[str] = "users"
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    name: str = Field(sa_type=Text)
    registered_at: datetime = Field(sa_type=Time)


class UserRole(ReadModel, table=True):
    TABLE: ClassVar[str] = "user_roles"
    user_id: UUID = Field(primary_key=True)
    role: str = Field(primary_key=True, sa_type=Text)


class Token(ReadModel, table=True):
    """Without its digest: the secret is checked against the log alone."""

    TABLE: ClassVar[str] = "tokens"
    __table_args__ = (Index(None, "user_id", "position"),)
    id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    user_id: UUID
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    scopes: list[Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=Time)
    expires_at: datetime | None = Field(sa_type=Time)
    revoked: bool
    used: bool
