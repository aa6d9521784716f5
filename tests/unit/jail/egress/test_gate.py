"""Who may connect where."""

import ipaddress
from collections.abc import Sequence

import pytest

from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_policy import NetworkPolicy, PersonaRules
from quarterdeck.jail.egress.addresses import Address
from quarterdeck.jail.egress.gate import Gate, RefusedError
from quarterdeck.jail.egress.names import Target
from quarterdeck.jail.egress.resolving import NoAddressError

RULES = (NetworkRule(host="a.example", port=443), NetworkRule(host="*.b.example", port=80))


class Names:
    """A resolver that remembers what it was asked for."""

    def __init__(self, **known: str) -> None:
        self._known = known
        self.asked: list[str] = []

    async def __call__(self, name: str) -> Sequence[Address]:
        self.asked.append(name)
        found = self._known.get(name.replace(".", "_"))
        if found is None:
            raise NoAddressError(name)
        return [ipaddress.ip_address(each) for each in found.split()]


async def test_the_way_to_an_allowed_host_is_looked_up_once() -> None:
    names = Names(a_example="1.1.1.1 2606:4700::1111")

    way = await Gate(NetworkPolicy(rules=RULES), (), names).way_to(Target("a.example", 443))

    assert way.rule == "a.example:443"
    assert [str(each) for each in way.addresses] == ["1.1.1.1", "2606:4700::1111"]
    assert names.asked == ["a.example"]


@pytest.mark.parametrize(
    "target",
    [
        Target("a.example", 80),
        Target("sub.a.example", 443),
        Target("b.example", 80),
        Target("xb.example", 80),
        Target("secret-data.evil.example", 443),
        Target("192.0.2.1", 443),
    ],
)
async def test_a_name_that_no_rule_allows_is_not_looked_up(target: Target) -> None:
    names = Names()

    with pytest.raises(RefusedError, match="network list") as refused:
        await Gate(NetworkPolicy(rules=RULES), (), names).way_to(target)

    assert refused.value.advice == f"Allow it with: qd project set network+={target}"
    assert names.asked == []


async def test_a_name_without_an_address_is_no_fault_of_the_list() -> None:
    with pytest.raises(RefusedError, match="has no address") as refused:
        await Gate(NetworkPolicy(rules=RULES), (), Names()).way_to(Target("deep.sub.b.example", 80))

    assert refused.value.status == 502


async def test_an_empty_list_allows_nothing() -> None:
    with pytest.raises(RefusedError):
        await Gate(NetworkPolicy(), (), Names(a_example="1.1.1.1")).way_to(Target("a.example", 443))


REVIEWER = PersonaRules(persona="reviewer", rules=(NetworkRule(host="c.b.example", port=80),))


async def test_what_the_persona_does_not_allow_is_refused_in_its_name_and_not_looked_up() -> None:
    names = Names(a_example="1.1.1.1")

    with pytest.raises(RefusedError, match="persona reviewer does not allow") as refused:
        await Gate(NetworkPolicy(rules=RULES, persona=REVIEWER), (), names).way_to(Target("a.example", 443))

    assert refused.value.advice == "Allow it with: qd persona revise reviewer network+=a.example:443"
    assert refused.value.rule == "a.example:443"
    assert names.asked == []


async def test_what_both_lists_allow_names_the_narrower_rule() -> None:
    gate = Gate(NetworkPolicy(rules=RULES, persona=REVIEWER), (), Names(c_b_example="1.1.1.1"))

    assert (await gate.way_to(Target("c.b.example", 80))).rule == "c.b.example:80"


async def test_what_the_projects_list_lacks_is_the_projects_refusal_whatever_the_persona_says() -> None:
    persona = PersonaRules(persona="reviewer", rules=(NetworkRule(host="z.example"),))

    with pytest.raises(RefusedError, match="network list"):
        await Gate(NetworkPolicy(rules=RULES, persona=persona), (), Names()).way_to(Target("z.example", 443))
