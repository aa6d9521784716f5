"""What decides where a session may connect to: its own or its project's list, and its persona's where that has one."""

from dataclasses import dataclass

from quarterdeck.domain.network import NetworkRule, covers, rule_for, strictest


@dataclass(frozen=True, kw_only=True)
class PersonaRules:
    """The list of a persona that has one."""

    persona: str
    """Its name."""
    rules: tuple[NetworkRule, ...]


@dataclass(frozen=True, kw_only=True)
class NetworkPolicy:
    """A connection is allowed where every list allows it."""

    rules: tuple[NetworkRule, ...] = ()
    """The session's own, or its project's."""
    persona: PersonaRules | None = None

    @property
    def shut(self) -> bool:
        """Nothing passes, whatever the other list says: there is no network at all."""
        return not self.rules or (self.persona is not None and not self.persona.rules)

    @property
    def allowed(self) -> tuple[NetworkRule, ...]:
        """What may be reached, as one list."""
        return self.rules if self.persona is None else strictest(self.rules, self.persona.rules)


@dataclass(frozen=True, kw_only=True)
class Allowed:
    rule: NetworkRule
    """Of those that allow it the narrowest."""


@dataclass(frozen=True, kw_only=True)
class NotListed:
    """The session's list does not have it."""


@dataclass(frozen=True, kw_only=True)
class RefusedByPersona:
    """The session's list has it by `rule`, and its persona's does not."""

    persona: str
    rule: NetworkRule


NetworkDecision = Allowed | NotListed | RefusedByPersona


def decide(policy: NetworkPolicy, host: str, port: int) -> NetworkDecision:
    """On a connection to a host in normal form (see `rule_for`)."""
    listed = rule_for(policy.rules, host, port)
    if listed is None:
        return NotListed()
    if policy.persona is None:
        return Allowed(rule=listed)
    narrower = rule_for(policy.persona.rules, host, port)
    if narrower is None:
        return RefusedByPersona(persona=policy.persona.persona, rule=listed)
    return Allowed(rule=narrower if covers(listed, narrower) else listed)
