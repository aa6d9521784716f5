"""Downloading what the server exports."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

import httpx2
import msgspec

from quarterdeck_cli.errors import CliError
from quarterdeck_cli.failures import broken_off, failure_in, not_quarterdeck, out_of_order
from quarterdeck_cli.transport.connections import connections, failed
from quarterdeck_cli.transport.http import PASSING

CONNECT_SECONDS = 30
SILENT_SECONDS = 180
"""The server looks through everything before it begins."""
PART = 256 * 1024
_LONGEST_REFUSAL = 64 * 1024


class _Refusal(msgspec.Struct):
    errors: list[dict[str, Any]]


async def download(url: str, endpoint: str, token: str | None, path: str) -> AsyncGenerator[bytes]:
    """The parts as they come; ends only where all of it came. Whatever fails is a CliError."""
    timeout = httpx2.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
    try:
        async with (
            connections(endpoint, token, timeout) as client,
            client.stream("GET", urljoin(endpoint, path.lstrip("/")), follow_redirects=False) as answer,
        ):
            if answer.status_code != 200:
                raise _refused(url, answer.status_code, await anext(answer.aiter_bytes(_LONGEST_REFUSAL), b""))
            async for part in answer.aiter_bytes(PART):
                yield part
    except (httpx2.RemoteProtocolError, httpx2.ReadError) as error:
        raise broken_off(url) from error
    except httpx2.HTTPError as error:
        raise failed(url, error) from error


def _refused(url: str, status: int, body: bytes) -> CliError:
    with suppress(msgspec.DecodeError):
        if errors := msgspec.json.decode(body, type=_Refusal).errors:
            return failure_in(errors)
    return (out_of_order if status in PASSING else not_quarterdeck)(url, status)
