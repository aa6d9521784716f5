"""The host's clock and source of ids."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemIds:
    """UUIDv7 (RFC 9562): later ones sort after earlier ones."""

    def new(self) -> UUID:
        return uuid7()
