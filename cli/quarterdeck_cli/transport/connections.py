"""Connections over HTTP, and how they fail."""

from collections.abc import Iterator
from typing import cast

import httpx2

from quarterdeck_cli.errors import ConnectionLostError
from quarterdeck_cli.failures import unreachable
from quarterdeck_cli.transport.messages import is_local

MAX_REDIRECTS = 10


def connections(endpoint: str, token: str | None, timeout: httpx2.Timeout | None) -> httpx2.AsyncClient:
    """Connections to one server with one token. Proxy settings of the environment hold for other machines only."""
    local = is_local(endpoint)
    return httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=timeout,
        trust_env=not local,
        max_redirects=MAX_REDIRECTS,
        follow_redirects=not local,
        # Reading the machine's certificates takes as long as a request, and here no redirect leads to where they count.
        verify=not (local and endpoint.startswith("http:")),
    )


def failed(url: str, error: httpx2.HTTPError | TimeoutError) -> ConnectionLostError:
    """Of a request to what the user calls `url`."""
    never_sent = isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout))
    return unreachable(url, next(_refusals(error), error), delivered=not never_sent)


def _refusals(error: BaseException | None) -> Iterator[OSError]:
    """What the system said, from the inside out: the libraries in between wrap it in words of their own."""
    if error is None:
        return
    yield from _refusals(error.__cause__ or error.__context__)
    if isinstance(error, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _refusals(each)
    if isinstance(error, OSError) and error.errno:
        yield error
