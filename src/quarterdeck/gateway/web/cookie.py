"""The cookie that a browser is logged in with."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from quarterdeck.gateway.cookie_headers import cookies_of

NAME = "qd_web"
BOUND = "__Host-"
"""Of a name that browsers take only from the host itself, over TLS: no neighbour can set one for us."""


@dataclass(frozen=True)
class WebCookie:
    """`name` holds the port, as cookies know none: two servers of one host keep apart."""

    name: str
    secure: bool

    @classmethod
    def of(cls, url: str) -> Self:
        """Of the server that clients reach at `url`."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        port = f"_{parts.port}" if parts.port else ""
        return cls(f"{BOUND if secure else ''}{NAME}{port}", secure)

    def read(self, header: str) -> str | None:
        """None where there is none, or more than one: then somebody else has set one of them."""
        values = [value for name, value in cookies_of(header) if name == self.name]
        return values[0] or None if len(values) == 1 else None

    def given(self, secret: str, seconds: int) -> str:
        """A Set-Cookie header: for this host alone, not for scripts, not on requests from other sites."""
        return f"{self.name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict" + self._flag

    def taken_back(self) -> str:
        return f"{self.name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict" + self._flag

    @property
    def _flag(self) -> str:
        return "; Secure" if self.secure else ""


def is_web_cookie(name: str) -> bool:
    """Whether a cookie of this name may be some Quarterdeck's log-in, of whatever port."""
    return name.strip().lower().removeprefix(BOUND.lower()).startswith(NAME)
