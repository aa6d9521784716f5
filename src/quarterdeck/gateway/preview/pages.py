"""What a browser sees where there is no answer from the jail: what is wrong, and what to do."""

import asyncio
import html

from starlette.types import Message, Send

from quarterdeck.domain.errors import QuarterdeckError

STATUS = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "CONFLICT": 409, "LIMIT_EXCEEDED": 429}
GATEWAY_FAILED = 502
HTML = b"text/html; charset=utf-8"
NOTHING = b"default-src 'none'"
"""The policy of a page that needs nothing."""


def status_of(error: QuarterdeckError) -> int:
    return STATUS.get(error.code, GATEWAY_FAILED)


async def show(send: Send, error: QuarterdeckError, seconds: float) -> None:
    body = (
        "<!doctype html><meta charset=utf-8><title>Quarterdeck preview</title>"
        f"<h1>{html.escape(error.message)}</h1><p>{html.escape(error.next_step)}</p>\n"
    ).encode()
    headers = [
        (b"content-type", HTML),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", NOTHING),
    ]
    await pass_on(send, {"type": "http.response.start", "status": status_of(error), "headers": headers}, seconds)
    await pass_on(send, {"type": "http.response.body", "body": body}, seconds)


def is_followed_from_elsewhere(fetch_site: str, accept: str) -> bool:
    """Whether a browser came by a link on a page of another site, or does not say that it did not.

    A redirect would not do then: it counts as that site's request, which our cookie does not go with.
    """
    return "text/html" in accept and fetch_site not in {"none", "same-origin", "same-site"}


def onward(target: str) -> bytes:
    """A page that goes on to another one of its own host, which begins with a slash."""
    address = html.escape(target)
    return (
        f'<!doctype html><meta charset=utf-8><meta http-equiv="refresh" content="0;url={address}">'
        f'<title>Quarterdeck preview</title><p><a href="{address}">Go on to the preview.</a></p>\n'
    ).encode()


async def pass_on(send: Send, message: Message, seconds: float) -> None:
    """A client that takes nothing for so long is given up."""
    async with asyncio.timeout(seconds):
        await send(message)
