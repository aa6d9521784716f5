"""A browser's way in and out: a token for a cookie, which holds another token that nobody else has."""

from contextlib import suppress
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from quarterdeck.application.browser_logins import LIFETIME
from quarterdeck.domain.errors import InvalidInputError, LimitExceededError, QuarterdeckError
from quarterdeck.gateway.gateway import Gateway
from quarterdeck.gateway.refusals import refusal
from quarterdeck.gateway.requests import parse_json
from quarterdeck.gateway.web.browsers import token_name

MOST_BYTES = 4096
LEVELS = 4


class WebLogin:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._logins = gateway.services.browser_logins
        self._cookie = gateway.credentials.cookie

    async def log_in(self, request: Request) -> Response:
        """POST {"token": …}, a one-time token or an API token: 204 with the cookie, or why not."""
        try:
            self._gateway.rates.take(request.client.host if request.client else "")
            self._gateway.credentials.check_page(request.headers)
            token = _token_in(await self._body(request))
            name = token_name(request.headers.get("user-agent", ""))
            issued = await self._logins.begin(token, name, self._gateway.ids.new())
        except QuarterdeckError as error:
            return refusal(error)
        await self._end_earlier(request)
        cookie = self._cookie.given(issued.secret, int(LIFETIME.total_seconds()))
        return Response(status_code=204, headers={"set-cookie": cookie})

    async def log_out(self, request: Request) -> Response:
        """POST: revokes the browser's token, which ends its sockets, and takes the cookie back."""
        try:
            self._gateway.credentials.check_page(request.headers)
        except QuarterdeckError as error:
            return refusal(error)
        await self._end_earlier(request)
        return Response(status_code=204, headers={"set-cookie": self._cookie.taken_back()})

    async def _end_earlier(self, request: Request) -> None:
        """What the cookie of this request stands for, if it is good for anything still."""
        earlier = self._gateway.credentials.of_browser(request.headers)
        if earlier is None:
            return
        with suppress(QuarterdeckError):
            await self._logins.end(await self._gateway.authenticator.caller(earlier, self._gateway.ids.new()))

    async def _body(self, request: Request) -> bytes:
        self._gateway.stalls.begin(request.scope)
        try:
            body = b""
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise LimitExceededError(f"The body is larger than {MOST_BYTES:,} bytes.")
            return body
        finally:
            self._gateway.stalls.end(request.scope)


def _token_in(body: bytes) -> str:
    value = parse_json(body, LEVELS)
    token = cast("dict[str, object]", value).get("token") if isinstance(value, dict) else None
    if not isinstance(token, str) or not token.strip():
        raise InvalidInputError("There is no `token` in the request.", 'Send {"token": "qd_…"}.', field="token")
    return token.strip()
