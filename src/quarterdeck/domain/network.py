"""Where a jail may connect to: hosts and ports, through the egress proxy alone."""

import re
from dataclasses import dataclass

from quarterdeck.domain.errors import InvalidInputError

MAX_RULES = 500
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
