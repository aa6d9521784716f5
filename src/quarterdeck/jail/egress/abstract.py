"""What a worker needs of the egress of its sessions."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.network_policy import NetworkPolicy

PORT = 3128
"""On a jail's own loopback, where its programs find the proxy."""

_PROXY = f"http://127.0.0.1:{PORT}"
_NEAR = "localhost,127.0.0.1,::1"
ENVIRONMENT = {
    **{
        spelling: value
        for name, value in {
            "HTTP_PROXY": _PROXY,
            "HTTPS_PROXY": _PROXY,
            "ALL_PROXY": _PROXY,
            "NO_PROXY": _NEAR,
        }.items()
        for spelling in (name, name.lower())
    },
    # Node's own fetch heeds the others only then
    "NODE_USE_ENV_PROXY": "1",
}
"""Of each command of a session that has a network."""


class Egress(Protocol):
    """A session's standing proxy. Raises JailError where it is gone."""

    async def change(self, policy: NetworkPolicy) -> None:
        """It holds from now on; connections that it does not allow are cut."""
        ...

    async def decisions(self, after: int) -> Sequence[NetworkAccessDecided]:
        """The next decisions after that number, once there are any. Those up to it are kept no longer."""
        ...

    def close(self) -> None:
        """Lets go of it, and leaves it standing."""
        ...


class EgressKeeper(Protocol):
    """The proxies of the sessions on this host. They outlive the worker, and end with their session's jail."""

    async def start(self, session_id: UUID, policy: NetworkPolicy, last: int) -> Egress:
        """For a session whose jail stands, after `end`. Decisions are numbered from `last + 1`."""
        ...

    async def find(self, session_id: UUID) -> Egress | None:
        """The session's proxy if it stands."""
        ...

    async def end(self, session_id: UUID) -> Sequence[NetworkAccessDecided]:
        """Ends the proxy, if it stands, and gives the decisions that were not taken from it."""
        ...

    async def discard(self, session_id: UUID) -> None:
        """Removes what `end` left: what it gave is in the log."""
        ...

    async def sessions(self) -> Sequence[UUID]:
        """Sessions that have a proxy, or what one left."""
        ...

    async def close(self) -> None:
        """Starts no more of them. Those that stand do."""
        ...
