"""The `Webhooks` port by HTTP.

A URL is somebody's input, so where it leads is checked at the moment of dialling: the very address that is connected
to, by the rules of the jails' proxy. Redirects are not followed, no proxy of the environment is asked, and of the
answer only the status is kept.
"""

import ipaddress
import os
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp

from quarterdeck.adapters.delivery.signing import signature
from quarterdeck.application.ports.delivery import DeliveryFailedError, WebhookCall, WebhookSecrets
from quarterdeck.application.ports.system import Clock
from quarterdeck.jail.egress.addresses import NEVER, Address, Network, embedded, refusal
from quarterdeck.jail.egress.names import BadTargetError, target

SECONDS = 20.0
ANSWER_BYTES = 64 * 1024
"""That are read of an answer, so that its connection ends in good order."""
NOT_EVEN_NAMED = (*NEVER["the local link or cloud metadata"], *NEVER["multicast or broadcast"])
PORTS = {"http": 80, "https": 443}
USER_AGENT = "Quarterdeck"

_AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]


class _RefusedError(OSError):
    """The address must not be reached."""


class HttpWebhooks:
    """`named`: networks of this host's own, or private ones, that webhooks may lead to, also without TLS."""

    def __init__(
        self,
        secrets: WebhookSecrets,
        clock: Clock,
        named: Sequence[Network] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._secrets, self._clock, self._named, self._tls = secrets, clock, named, tls

    async def send(self, call: WebhookCall) -> str:
        _check_host(call.url)
        headers = self._headers(call)
        door = _Door(self._named, plain=urlsplit(call.url).scheme == "http")
        connector = aiohttp.TCPConnector(
            ssl=self._tls or True, force_close=True, use_dns_cache=False, socket_factory=door.open
        )
        try:
            async with aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=SECONDS),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as client:
                async with client.post(call.url, data=call.body, headers=headers, allow_redirects=False) as answer:
                    await _read_some(answer)
                    return _taken(answer)
        except TimeoutError:
            raise DeliveryFailedError(f"The webhook did not answer within {SECONDS:g} s.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise door.refused or DeliveryFailedError(f"The webhook cannot be reached: {_reason(error)}.") from None

    def _headers(self, call: WebhookCall) -> dict[str, str]:
        message_id, timestamp = str(call.delivery_id), int(self._clock.now().timestamp())
        secret = self._secrets.secret(call.webhook_id)
        return {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret, message_id, timestamp, call.body),
        }


class _Door:
    """Makes the sockets of one call, for addresses that may be reached."""

    def __init__(self, named: Sequence[Network], *, plain: bool) -> None:
        self._named, self._plain = named, plain
        self.refused: DeliveryFailedError | None = None

    def open(self, info: _AddressInfo) -> socket.socket:
        family, kind, protocol, _, place = info
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if why := self._why_not(address):
            self.refused = DeliveryFailedError(
                f"The webhook leads to {why}, which is not called.",
                "Whoever runs the server may allow it with QD_WEBHOOK_NETWORKS.",
            )
            raise _RefusedError
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)  # noqa: FBT003 - the library's own
        return opened

    def _why_not(self, address: Address) -> str | None:
        plain = embedded(address)
        named = any(plain in network for network in self._named)
        if named and not any(plain in network for network in NOT_EVEN_NAMED):
            return None
        why = refusal(address, ())
        return why or ("the internet without TLS" if self._plain else None)


def _check_host(url: str) -> None:
    parts = urlsplit(url)
    try:
        target(parts.netloc.encode(), PORTS.get(parts.scheme))
    except (BadTargetError, UnicodeEncodeError) as error:
        raise DeliveryFailedError(f"The webhook's URL is refused: {error}.", permanent=True) from None


async def _read_some(answer: aiohttp.ClientResponse) -> None:
    left = ANSWER_BYTES
    with suppress(aiohttp.ClientPayloadError):
        while left > 0 and (chunk := await answer.content.read(left)):
            left -= len(chunk)


def _taken(answer: aiohttp.ClientResponse) -> str:
    if 200 <= answer.status < 300:
        return f"HTTP {answer.status}"
    if 300 <= answer.status < 400:
        raise DeliveryFailedError(
            f"The webhook answers with a redirect (HTTP {answer.status}), which is not followed.",
            "Set the URL that it leads to.",
        )
    raise DeliveryFailedError(
        f"The webhook answers with HTTP {answer.status}.", permanent=answer.status == 410, wait=_wait(answer)
    )


def _wait(answer: aiohttp.ClientResponse) -> timedelta | None:
    """`Retry-After` in seconds; a date counts as none."""
    text = answer.headers.get("Retry-After", "")
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _reason(error: Exception) -> str:
    """Of what kind it is, and nothing of what a foreign server said."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not trusted"
        case aiohttp.ClientConnectorDNSError():
            return "its host has no address"
        case aiohttp.ClientSSLError():
            return "no TLS connection comes about"
        case aiohttp.ClientConnectorError():
            number = error.os_error.errno
            return os.strerror(number).lower() if number else "no connection"
        case aiohttp.ServerDisconnectedError():
            return "it ended the connection without an answer"
        case _:
            return "its answer is no HTTP"
