"""The web client's page at every address that is nothing else, and the files that it loads."""

import secrets
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from quarterdeck.gateway.web import policy
from quarterdeck.gateway.web.bundle import ENCODINGS, HASHED, WebBundle, WebFile

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
READERS = ("GET", "HEAD")
_HEAD = "<head>"
MISSING = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Quarterdeck</title><h1>The web client is not here</h1>"
    "<p>Quarterdeck runs, without the pages for browsers. <code>quarterdeck doctor</code> says why, and what to do: "
    "<code>make up</code> builds them in a checkout, and a released wheel has them."
    "<p>Meanwhile its client for terminals does all there is: <code>qd login</code>, <code>qd run</code>. "
    "The API is GraphQL, at <code>/graphql</code>.\n"
)


class WebPages:
    def __init__(self, bundle: WebBundle) -> None:
        self._bundle = bundle

    async def home(self, request: Request) -> Response:
        return self._page(request)

    async def asset(self, request: Request) -> Response:
        """A file under a name that holds its digest; never the page, which a script tag would choke on."""
        file = self._bundle.file(f"{HASHED}{request.path_params['path']}")
        return _sent(request, file) if file else _nothing()

    async def elsewhere(self, request: Request, _error: Exception) -> Response:
        """Where no route leads: one of the client's own addresses, or one of its few other files, or nothing."""
        if request.method not in READERS:
            return _nothing()
        if PurePosixPath(request.url.path).suffix and (file := self._bundle.file(request.url.path.lstrip("/"))):
            return _sent(request, file)
        return self._page(request) if "text/html" in request.headers.get("accept", "") else _nothing()

    def _page(self, request: Request) -> Response:
        files = self._bundle.now()
        if files is None:
            return HTMLResponse(MISSING, 503, {"content-security-policy": policy.content_policy()})
        nonce = secrets.token_urlsafe(16)
        meta = f'{_HEAD}<meta name="csp-nonce" content="{nonce}">'
        allowed = policy.content_policy(nonce, request.headers.get("host", ""))
        # Never kept: the nonce is good for this answer alone.
        headers = {**policy.HEADERS, "content-security-policy": allowed, "cache-control": "no-store"}
        return HTMLResponse(files.page.replace(_HEAD, meta, 1), headers=headers)


def _sent(request: Request, file: WebFile) -> Response:
    encoding = next((each for each in _taken(request.headers.get("accept-encoding", "")) if each in file.bodies), "")
    headers = {
        "cache-control": FOR_EVER if file.is_hashed else ASK_FIRST,
        "content-security-policy": policy.content_policy(),
        "cross-origin-resource-policy": "same-origin",
        "etag": file.etag,
        "vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["content-encoding"] = encoding
    return Response(file.bodies[encoding], headers=headers, media_type=file.media)


def _taken(header: str) -> list[str]:
    """Of the encodings that we have, those that the client takes (RFC 9110, section 12.5.3), best first."""
    named = {each.partition(";")[0].strip().lower(): each.partition(";")[2] for each in header.split(",")}
    return [each for each in ENCODINGS if each in named and "".join(named[each].split()) not in _NEVER]


_NEVER = {"q=0", "q=0.0", "q=0.00", "q=0.000"}


def _nothing() -> Response:
    return PlainTextResponse("Not Found", 404)
