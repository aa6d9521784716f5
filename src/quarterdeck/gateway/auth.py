"""Who asks. A token is checked against the log once, and again when it was revoked or a few seconds have passed."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import sha256
from time import monotonic
from uuid import UUID

from quarterdeck.application.identity import Identity
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.domain.errors import UnauthenticatedError
from quarterdeck.domain.identity import RoleGranted, RoleRevoked, TokenRevoked

TRUSTED_SECONDS = 3.0
"""How long a check holds: what bounds expiry and a revocation that this process did not hear of."""
REMEMBERED = 10_000
_BEARER = "bearer "


def bearer(header: str | None) -> str | None:
    """The token in an Authorization header. UNAUTHENTICATED for one of another kind."""
    if not header:
        return None
    if header[: len(_BEARER)].lower() != _BEARER or not header[len(_BEARER) :].strip():
        raise UnauthenticatedError("The Authorization header is not `Bearer <token>`.", "Log in with `qd login`.")
    return header[len(_BEARER) :].strip()


class Authenticator:
    def __init__(self, identity: Identity, now: Callable[[], float] = monotonic) -> None:
        self._identity, self._now = identity, now
        self._known: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()
        self._on_change: list[Callable[[], None]] = []

    async def caller(self, token: str, correlation_id: UUID, traceparent: str | None = None) -> Caller:
        """Raises UnauthenticatedError."""
        # kept by digest: no secret stays in memory
        key = sha256(token.encode("utf-8", "replace")).digest()
        known = self._known.get(key)
        if known is None or self._now() - known[0] > TRUSTED_SECONDS:
            self._known.pop(key, None)
            checked = await self._identity.authenticate(token, correlation_id)
            self._known[key] = known = (self._now(), checked)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        checked = known[1]
        # written out: `replace` costs ten times as much, for each request
        return Caller(
            user_id=checked.user_id,
            user_name=checked.user_name,
            token_id=checked.token_id,
            scopes=checked.scopes,
            correlation_id=correlation_id,
            roles=checked.roles,
            traceparent=traceparent,
        )

    def on_change(self, callback: Callable[[], None]) -> None:
        """Calls back when a token or a role may have been taken away."""
        self._on_change.append(callback)

    def heard(self, events: Sequence[RawEvent]) -> None:
        """Listens to the log."""
        topics = {event.topic for event in events}
        if topics.isdisjoint((TokenRevoked.TOPIC, RoleGranted.TOPIC, RoleRevoked.TOPIC)):
            return
        gone = {event.stream_id for event in events if event.topic == TokenRevoked.TOPIC}
        roles = {event.stream_id for event in events if event.topic in {RoleGranted.TOPIC, RoleRevoked.TOPIC}}
        for key, (_, caller) in list(self._known.items()):
            if caller.token_id in gone or caller.user_id in roles:
                del self._known[key]
        for callback in self._on_change:
            callback()
