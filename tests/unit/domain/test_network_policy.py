"""A connection is allowed where the project's list and the persona's allow it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.domain.network import NetworkRule, covers, rule_for
from quarterdeck.domain.network_policy import (
    Allowed,
    NetworkPolicy,
    NotListed,
    PersonaRules,
    RefusedByPersona,
    decide,
)

LABELS = st.sampled_from(["a", "b", "c"])
HOSTS = st.lists(LABELS, min_size=1, max_size=3).map(".".join)
PORTS = st.sampled_from([80, 443])
RULES = st.lists(st.builds(NetworkRule, host=HOSTS | HOSTS.map("*.{}".format), port=PORTS), max_size=6).map(tuple)
POLICIES = st.builds(
    NetworkPolicy, rules=RULES, persona=st.none() | st.builds(PersonaRules, persona=st.just("reviewer"), rules=RULES)
)


def lists(policy: NetworkPolicy) -> list[tuple[NetworkRule, ...]]:
    return [policy.rules, *([policy.persona.rules] if policy.persona else [])]


@given(POLICIES, HOSTS, PORTS)
def test_what_is_allowed_is_what_every_list_allows(policy: NetworkPolicy, host: str, port: int) -> None:
    everywhere = all(rule_for(rules, host, port) for rules in lists(policy))

    assert isinstance(decide(policy, host, port), Allowed) is everywhere
    assert (rule_for(policy.allowed, host, port) is not None) is everywhere


@given(POLICIES, HOSTS, PORTS)
def test_a_decision_names_a_rule_of_a_list_that_has_the_host(policy: NetworkPolicy, host: str, port: int) -> None:
    match decide(policy, host, port):
        case Allowed(rule=rule):
            assert any(rule in rules for rules in lists(policy))
            assert covers(rule, NetworkRule(host=host, port=port))
        case RefusedByPersona(persona=persona, rule=rule):
            assert policy.persona
            assert persona == policy.persona.persona
            assert rule == rule_for(policy.rules, host, port)
            assert rule_for(policy.persona.rules, host, port) is None
        case NotListed():
            assert rule_for(policy.rules, host, port) is None


@given(POLICIES)
def test_where_it_is_shut_nothing_is_allowed(policy: NetworkPolicy) -> None:
    assert not policy.shut or not policy.allowed


@pytest.mark.parametrize(
    ("project", "persona"),
    [("*.example.org", "api.example.org"), ("api.example.org", "*.example.org")],
)
def test_of_two_rules_the_narrower_is_named(project: str, persona: str) -> None:
    policy = NetworkPolicy(
        rules=(NetworkRule(host=project),), persona=PersonaRules(persona="p", rules=(NetworkRule(host=persona),))
    )

    assert decide(policy, "api.example.org", 443) == Allowed(rule=NetworkRule(host="api.example.org"))
    assert policy.allowed == (NetworkRule(host="api.example.org"),)


def test_lists_that_have_nothing_in_common_are_not_shut_since_they_refuse_by_name() -> None:
    policy = NetworkPolicy(
        rules=(NetworkRule(host="a.example"),),
        persona=PersonaRules(persona="p", rules=(NetworkRule(host="b.example"),)),
    )

    assert not policy.shut
    assert decide(policy, "a.example", 443) == RefusedByPersona(persona="p", rule=NetworkRule(host="a.example"))
