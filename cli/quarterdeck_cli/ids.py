"""Ids: the schema's global ids, the UUIDs in them, and the short form that people read and type."""

import base64
import binascii
import re
from functools import lru_cache
from typing import Final
from uuid import UUID

SHORT: Final = 8
"""Hex digits shown: the last of a UUIDv7 are the random ones."""
SHORTEST: Final = 4
_HEX: Final = re.compile(r"[0-9a-f]{4,32}")


def global_id(kind: str, uuid: UUID) -> str:
    """`Session:<uuid>` in base64, as Relay does it."""
    return base64.b64encode(f"{kind}:{uuid}".encode()).decode()


@lru_cache(maxsize=4096)
def parse_global_id(text: str) -> tuple[str, UUID] | None:
    """Kind and UUID, or None where it is no global id."""
    try:
        kind, _, uuid = base64.b64decode(text, validate=True).decode("ascii").partition(":")
        return kind, UUID(uuid)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def parse_uuid(text: str) -> UUID | None:
    """A whole UUID, with or without its dashes."""
    digits = text.lower().replace("-", "")
    return UUID(digits) if len(digits) == 32 and _HEX.fullmatch(digits) else None


def parse_suffix(text: str) -> str | None:
    """The hex digits of a suffix of at least SHORTEST digits."""
    digits = text.lower().replace("-", "")
    return digits if len(digits) < 32 and _HEX.fullmatch(digits) else None


def uuid_of(global_id: str) -> UUID | None:
    parsed = parse_global_id(global_id)
    return parsed[1] if parsed else parse_uuid(global_id)


def short(id_: str) -> str:
    """The last eight hex digits."""
    uuid = uuid_of(id_)
    return uuid.hex[-SHORT:] if uuid else id_


def ends_with(id_: str, suffix: str) -> bool:
    uuid = uuid_of(id_)
    return uuid is not None and uuid.hex.endswith(suffix)
