"""Which network rules hold for a session."""

from uuid import uuid4

import pytest

from quarterdeck.domain.errors import ConflictError, ForbiddenError, InvalidInputError
from quarterdeck.domain.network import NetworkRule, covers, rule_for, strictest, written
from quarterdeck.domain.network_policy import PersonaRules
from quarterdeck.domain.session_network import SessionNetwork, change, evolve, policy

SESSION = uuid4()


def rules(*texts: str) -> tuple[NetworkRule, ...]:
    return tuple(NetworkRule(host=text.rpartition(":")[0], port=int(text.rpartition(":")[2])) for text in texts)


PROJECT = rules("pypi.org:443", "*.example.org:443")


def changed(state: SessionNetwork, *texts: str, may_widen: bool = False) -> SessionNetwork:
    events = change(state, rules(*texts), session_id=SESSION, project=PROJECT, persona=None, may_widen=may_widen)
    for event in events:
        state = evolve(state, event)
    return state


@pytest.mark.parametrize(
    ("host", "port", "allowed"),
    [
        ("pypi.org", 443, True),
        ("pypi.org", 80, False),
        ("files.pypi.org", 443, False),
        ("a.example.org", 443, True),
        ("a.b.example.org", 443, True),
        ("example.org", 443, False),
        ("badexample.org", 443, False),
        (".example.org", 443, False),
    ],
)
def test_a_rule_names_a_host_or_all_below_a_domain_at_one_port(host: str, port: int, allowed: bool) -> None:
    assert (rule_for(PROJECT, host, port) is not None) is allowed


def test_a_wildcard_covers_narrower_rules_of_its_port() -> None:
    wide, narrow, deep = rules("*.example.org:443", "*.a.example.org:443", "x.a.example.org:443")

    assert covers(wide, narrow)
    assert covers(narrow, deep)
    assert not covers(narrow, wide)
    assert not covers(wide, *rules("x.example.org:80"))


def test_the_strictest_of_several_lists_is_what_all_allow() -> None:
    one = rules("*.example.org:443", "pypi.org:443", "only-one.example:80")
    two = rules("a.example.org:443", "pypi.org:443", "only-two.example:80")

    assert set(strictest(one, two)) == set(rules("a.example.org:443", "pypi.org:443"))
    assert strictest(one, ()) == ()
    assert strictest(one) == one


def test_a_session_follows_its_project_until_it_has_a_list_of_its_own() -> None:
    assert policy(SessionNetwork(), PROJECT).allowed == PROJECT
    assert policy(changed(SessionNetwork(), "a.example.org:443"), PROJECT).allowed == rules("a.example.org:443")


def test_who_runs_sessions_can_narrow_but_not_widen() -> None:
    narrowed = changed(SessionNetwork(), "pypi.org:443")

    with pytest.raises(ForbiddenError, match="may not reach evil"):
        changed(narrowed, "pypi.org:443", "evil.example:443")
    with pytest.raises(ForbiddenError):
        change(narrowed, None, session_id=SESSION, project=PROJECT, persona=None, may_widen=False)


def test_what_an_owner_allowed_beyond_the_project_outlives_changes_of_the_project() -> None:
    widened = changed(SessionNetwork(), "pypi.org:443", "other.example:80", may_widen=True)

    assert policy(widened, PROJECT).allowed == rules("pypi.org:443", "other.example:80")
    assert policy(widened, ()).allowed == rules("other.example:80")


def test_the_same_list_again_is_nothing_new() -> None:
    narrowed = changed(SessionNetwork(), "pypi.org:443")

    assert (
        change(narrowed, rules("pypi.org:443"), session_id=SESSION, project=PROJECT, persona=None, may_widen=False)
        == ()
    )


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        changed(SessionNetwork(), "not a host:443", may_widen=True)


def test_a_rule_is_written_as_it_is_typed() -> None:
    assert written(NetworkRule(host="2001:db8::1", port=443)) == "[2001:db8::1]:443"


def test_nobody_lets_a_session_reach_what_its_persona_does_not_allow() -> None:
    reviewer = PersonaRules(persona="reviewer", rules=rules("pypi.org:443"))

    with pytest.raises(ConflictError, match="Persona reviewer does not allow") as refused:
        change(
            SessionNetwork(),
            rules("pypi.org:443", "a.example.org:443"),
            session_id=SESSION,
            project=PROJECT,
            persona=reviewer,
            may_widen=True,
        )

    assert "qd persona revise reviewer network+=a.example.org:443" in refused.value.next_step


def test_to_follow_the_project_again_widens_nothing_that_the_persona_keeps_narrow() -> None:
    reviewer = PersonaRules(persona="reviewer", rules=rules("pypi.org:443"))
    narrowed = changed(SessionNetwork(), "pypi.org:443")

    [event] = change(narrowed, None, session_id=SESSION, project=PROJECT, persona=reviewer, may_widen=False)

    assert policy(evolve(narrowed, event), PROJECT, reviewer).allowed == rules("pypi.org:443")
