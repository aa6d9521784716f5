"""What a browser sees where there is no answer from the jail: what is wrong, and what to do."""

import asyncio
import html

from starlette.types import Message, Send

from quarterdeck.domain.errors import QuarterdeckError

STATUS = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "CONFLICT": 409, "LIMIT_EXCEEDED": 429}
GATEWAY_FAILED = 502


def status_of(error: QuarterdeckError) -> int:
    return STATUS.get(error.code, GATEWAY_FAILED)


async def show(send: Send, error: QuarterdeckError, seconds: float) -> None:
    body = (
        "<!doctype html><meta charset=utf-8><title>Quarterdeck preview</title>"
        f"<h1>{html.escape(error.message)}</h1><p>{html.escape(error.next_step)}</p>\n"
    ).encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", b"default-src 'none'"),
    ]
    await pass_on(send, {"type": "http.response.start", "status": status_of(error), "headers": headers}, seconds)
    await pass_on(send, {"type": "http.response.body", "body": body}, seconds)


async def pass_on(send: Send, message: Message, seconds: float) -> None:
    """A client that takes nothing for so long is given up."""
    async with asyncio.timeout(seconds):
        await send(message)
