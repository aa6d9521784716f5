"""A policy on its way to a proxy, as JSON takes it."""

from collections.abc import Mapping, Sequence
from typing import Any

from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_policy import NetworkPolicy, PersonaRules


def told(policy: NetworkPolicy) -> dict[str, Any]:
    persona = policy.persona
    return {
        "rules": _pairs(policy.rules),
        "persona": persona and {"name": persona.persona, "rules": _pairs(persona.rules)},
    }


def policy_of(message: Mapping[str, Any]) -> NetworkPolicy:
    """From what `told` makes of one."""
    persona = message["persona"]
    return NetworkPolicy(
        rules=_rules_of(message["rules"]),
        persona=persona and PersonaRules(persona=str(persona["name"]), rules=_rules_of(persona["rules"])),
    )


def _pairs(rules: Sequence[NetworkRule]) -> list[tuple[str, int]]:
    return [(rule.host, rule.port) for rule in rules]


def _rules_of(told: Sequence[Sequence[object]]) -> tuple[NetworkRule, ...]:
    return tuple(NetworkRule(host=str(host), port=int(str(port))) for host, port in told)
