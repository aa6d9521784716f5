"""Downloading what the server exports."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

import aiohttp
import msgspec

from quarterdeck_cli.errors import CliError
from quarterdeck_cli.failures import broken_off, failure_in, not_quarterdeck, out_of_order, unreachable
from quarterdeck_cli.transport.http import PASSING
from quarterdeck_cli.transport.messages import is_local

CONNECT_SECONDS = 30
SILENT_SECONDS = 180
"""The server looks through everything before it begins."""
PART = 256 * 1024
_LONGEST_REFUSAL = 64 * 1024


class _Refusal(msgspec.Struct):
    errors: list[dict[str, Any]]


async def download(url: str, endpoint: str, token: str | None, path: str) -> AsyncGenerator[bytes]:
    """The parts as they come; ends only where all of it came. Whatever fails is a CliError."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=not is_local(endpoint)) as session,
            session.get(urljoin(endpoint, path.lstrip("/")), allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise _refused(url, answer.status, await answer.content.read(_LONGEST_REFUSAL))
            async for part in answer.content.iter_chunked(PART):
                yield part
    except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionError) as error:
        raise broken_off(url) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise unreachable(url, error, delivered=True) from error


def _refused(url: str, status: int, body: bytes) -> CliError:
    with suppress(msgspec.DecodeError):
        if errors := msgspec.json.decode(body, type=_Refusal).errors:
            return failure_in(errors)
    return (out_of_order if status in PASSING else not_quarterdeck)(url, status)
