"""Where a jail may connect to: hosts and ports, through the egress proxy alone."""

import re
from dataclasses import dataclass

from quarterdeck.domain.errors import InvalidInputError

MAX_RULES = 500
WILDCARD = "*."
_NAME = re.compile(r"(?=.{1,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_IPV6 = re.compile(r"[0-9a-f:.]{2,45}")


@dataclass(frozen=True, kw_only=True)
class NetworkRule:
    """One host, or `*.` and a domain for all hosts below it, at one port."""

    host: str
    """In lower case and punycode, without a dot at the end; an address as itself, IPv6 without brackets."""
    port: int = 443


def check(rules: tuple[NetworkRule, ...], field: str) -> None:
    """Raises InvalidInputError naming the rule that is none."""
    if len(rules) > MAX_RULES:
        raise InvalidInputError(
            f"These are {len(rules)} network rules; at most {MAX_RULES} are taken.", "Use wildcards.", field=field
        )
    for rule in rules:
        if not 1 <= rule.port <= 65535:
            raise InvalidInputError(f"There is no port {rule.port}.", "Use 1 to 65535.", field=field)
        if not _NAME.fullmatch(rule.host) and not (":" in rule.host and _IPV6.fullmatch(rule.host)):
            raise InvalidInputError(
                f"{rule.host[:80]!r} is no host of a network rule.",
                "Write a name such as pypi.org, or *.example.org for all hosts below it, in lower case.",
                field=field,
            )


def written(rule: NetworkRule) -> str:
    """As `qd project set network+=` takes it."""
    return f"[{rule.host}]:{rule.port}" if ":" in rule.host else f"{rule.host}:{rule.port}"


def rule_for(rules: tuple[NetworkRule, ...], host: str, port: int) -> NetworkRule | None:
    """The first rule that names the host and port; the host is normal (lower case, punycode, no dot at the end)."""
    return next((rule for rule in rules if rule.port == port and _names(rule.host, host)), None)


def covers(wider: NetworkRule, rule: NetworkRule) -> bool:
    """Whether whatever `rule` names is named by `wider`."""
    return wider.port == rule.port and (wider.host == rule.host or _names(wider.host, rule.host))


def strictest(first: tuple[NetworkRule, ...], *others: tuple[NetworkRule, ...]) -> tuple[NetworkRule, ...]:
    """What all the lists allow. Of two rules one covers the other, or they have nothing in common."""
    kept = first
    for other in others:
        narrower = [rule for rule in kept if any(covers(wider, rule) for wider in other)]
        narrower += [rule for rule in other if any(covers(wider, rule) for wider in kept) and rule not in narrower]
        kept = tuple(narrower)
    return kept


def _names(pattern: str, host: str) -> bool:
    """`*.` stands for one or more labels in front; an address is named by itself alone."""
    if pattern.startswith(WILDCARD):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return pattern == host
