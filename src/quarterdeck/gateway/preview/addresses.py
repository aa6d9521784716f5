"""The origins of previews: `http://3000-<session>.<preview host>`, never the API's own."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from quarterdeck.config import Settings

TOKEN = "qd_token"  # noqa: S105 - the name of a query parameter
_LABEL = re.compile(r"([1-9][0-9]{0,4})-([0-9a-f]{32})\.(.+)")


@dataclass(frozen=True)
class PreviewAddress:
    session_id: UUID
    port: int
    origin: str


class PreviewAddresses:
    def __init__(self, settings: Settings) -> None:
        api = urlsplit(settings.url)
        self.secure = api.scheme == "https"
        self._scheme = api.scheme
        own_port = f":{api.port}" if api.port else ""
        self._host = (settings.preview_host or f"localhost{own_port}").lower()

    def of_host(self, host: str) -> PreviewAddress | None:
        """What a Host header names, to the letter: any other name was pointed here by somebody else."""
        found = _LABEL.fullmatch(host.lower())
        if not found or found[3] != self._host or int(found[1]) > 65535:
            return None
        return PreviewAddress(UUID(hex=found[2]), int(found[1]), self._origin(found[1], found[2]))

    def link(self, session_id: UUID, port: int, secret: str) -> str:
        return f"{self._origin(str(port), session_id.hex)}/?{TOKEN}={secret}"

    def _origin(self, port: str, session: str) -> str:
        return f"{self._scheme}://{port}-{session}.{self._host}"
