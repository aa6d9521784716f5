"""The gate: whether a jail may connect to a host and port, and to which address then."""

from collections.abc import Sequence
from dataclasses import dataclass

from quarterdeck.domain.network import NetworkRule, written
from quarterdeck.domain.network_policy import Allowed, NetworkPolicy, NotListed, RefusedByPersona, decide
from quarterdeck.jail.egress import addresses
from quarterdeck.jail.egress.addresses import Address, Network
from quarterdeck.jail.egress.names import Target
from quarterdeck.jail.egress.resolving import NoAddressError, Resolve

MOST_ADDRESSES = 4


@dataclass(frozen=True)
class Way:
    """Allowed: by which rule, and the addresses to try, in order. They are not looked up again."""

    rule: str
    addresses: Sequence[Address]


class RefusedError(Exception):
    """Not allowed. `status` is HTTP's, `rule` the rule that would have let it through."""

    def __init__(self, reason: str, advice: str = "", *, status: int = 403, rule: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.status = status
        self.rule = rule


class Gate:
    def __init__(self, policy: NetworkPolicy, named: Sequence[Network], resolve: Resolve) -> None:
        self.policy = policy
        self._named = named
        self._resolve = resolve

    def refusal(self, target: Target) -> RefusedError | None:
        """Why the lists do not allow it now; None: they do."""
        try:
            self._rule(target)
        except RefusedError as refused:
            return refused
        return None

    async def way_to(self, target: Target) -> Way:
        """Raises RefusedError. A name that no rule allows is not even looked up: that would tell others of it."""
        rule = self._rule(target)
        found = await self._look_up(target)
        refusals = [addresses.refusal(address, self._named) for address in found]
        ways = [address for address, refused in zip(found, refusals, strict=True) if refused is None]
        if not ways:
            raise RefusedError(
                f"{target} leads to {refusals[0]}",
                "The proxy never connects there; an administrator can name private networks that it may reach "
                "(QD_EGRESS_PRIVATE_NETWORKS).",
                rule=written(rule),
            )
        return Way(written(rule), ways[:MOST_ADDRESSES])

    def _rule(self, target: Target) -> NetworkRule:
        match decide(self.policy, target.host, target.port):
            case Allowed(rule=rule):
                return rule
            case NotListed():
                raise RefusedError(
                    f"{target} is not on this session's network list",
                    f"Allow it with: qd project set network+={target}",
                )
            case RefusedByPersona(persona=persona, rule=rule):
                raise RefusedError(
                    f"persona {persona} does not allow {target}",
                    f"Allow it with: qd persona revise {persona} network+={target}",
                    rule=written(rule),
                )

    async def _look_up(self, target: Target) -> Sequence[Address]:
        if target.is_address:
            return [addresses.parsed(target.host)]
        try:
            found = await self._resolve(target.host)
        except NoAddressError:
            found = ()
        if not found:
            raise RefusedError(f"{target.host} has no address", "See whether its name is right.", status=502)
        return found
