"""Which token a request carries: one in its headers, else the browser's cookie if our own page sent the request.

A browser adds the cookie to whatever request any page makes, so alone it proves nothing. Scripts of other origins
cannot set the header `X-Quarterdeck` (that asks for CORS, which is not granted for it), nor what the browser itself
says of where a request comes from. A preview's page may be of the same site as we are, so that SameSite does not hold
it off: the origin is compared to the letter.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from quarterdeck.config import Settings
from quarterdeck.domain.errors import ForbiddenError
from quarterdeck.gateway.auth import bearer
from quarterdeck.gateway.origins import Origins, is_loopback
from quarterdeck.gateway.web.cookie import WebCookie

HEADER, PAGE = "x-quarterdeck", "web"
SAME_ORIGIN = "same-origin"
BY_HAND = "none"
"""What `Sec-Fetch-Site` says of an address that was typed, and of a download that is taken up again."""
PROGRAMS = "Programs send a token: `Authorization: Bearer qd_…`; `qd token issue` makes one."
ELSEWHERE = "Open it at the address that `quarterdeck up` prints, or set QD_PUBLIC_URL to the one that browsers use."


class Credentials:
    def __init__(self, settings: Settings, origins: Origins) -> None:
        self._origins = origins
        self._is_secure = urlsplit(settings.url).scheme == "https"
        self.cookie = WebCookie.of(settings.url)

    def of_call(self, headers: Headers) -> str | None:
        """Of a call to the API. Raises ForbiddenError for a cookie on a request that our own page did not make."""
        token = bearer(headers.get("authorization"))
        if token is None and (token := self.of_browser(headers)) is not None:
            self.check_page(headers)
        return token

    def of_download(self, headers: Headers) -> str | None:
        """Of a GET that changes nothing: a link cannot set headers."""
        token = bearer(headers.get("authorization"))
        if token is None and (token := self.of_browser(headers)) is not None:
            self._check_link(headers)
        return token

    def of_socket(self, headers: Headers, init: str | None) -> str | None:
        """Of a WebSocket, whose handshake cannot set headers either, but always has an Origin.

        `init`: what `connection_init` has for an Authorization header.
        """
        token = bearer(init or headers.get("authorization"))
        if token is None and (token := self.of_browser(headers)) is not None:
            self._check_origin(headers, required=True)
        return token

    def of_browser(self, headers: Headers) -> str | None:
        """The cookie's, whoever sent it."""
        return self.cookie.read("; ".join(headers.getlist("cookie")))

    def check_page(self, headers: Headers) -> None:
        """Raises ForbiddenError for a request that our own page did not make."""
        if headers.get(HEADER) != PAGE:
            raise _foreign(f"It lacks the header X-Quarterdeck: {PAGE}.")
        site = headers.get("sec-fetch-site")
        if site not in {None, SAME_ORIGIN}:
            raise _foreign("The browser says that another page sent it.")
        self._check_origin(headers, required=site is None)

    def _check_link(self, headers: Headers) -> None:
        """Browsers say nothing over plain HTTP beyond this machine; SameSite then keeps other sites' requests off."""
        site, host = headers.get("sec-fetch-site"), headers.get("host")
        is_told = self._is_secure or is_loopback(host)
        if site not in {SAME_ORIGIN, BY_HAND} and (site is not None or is_told):
            raise _foreign("The browser does not say that it came from here.")
        self._check_origin(headers, required=False)

    def _check_origin(self, headers: Headers, *, required: bool) -> None:
        origin = headers.get("origin")
        if origin is None and not required:
            return
        if origin is None or not self._origins.is_own(origin, headers.get("host")):
            raise _foreign("Its Origin is not this server's own.", ELSEWHERE)


def _foreign(why: str, next_step: str = PROGRAMS) -> ForbiddenError:
    return ForbiddenError(f"A browser's log-in counts only for Quarterdeck's own page. {why}", next_step)
