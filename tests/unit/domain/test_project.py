from dataclasses import replace
from uuid import UUID

import pytest

from quarterdeck.domain import project
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.project import (
    NoProject,
    Project,
    ProjectCreated,
    ProjectEvent,
    ProjectSettings,
    ProjectState,
    Role,
)

OWNER, OTHER = UUID(int=1), UUID(int=2)
CREATED = ProjectCreated(
    name="deck", repository="/srv/deck", default_branch="main", owner_id=OWNER, settings=ProjectSettings()
)

NOTHING: ProjectState = NoProject()


def after(*events: ProjectEvent) -> ProjectState:
    return fold(project.evolve, NOTHING, events)


def create(name: str, settings: ProjectSettings | None = None) -> tuple[ProjectEvent, ...]:
    return project.create(
        NoProject(),
        name=name,
        repository="/srv/deck",
        default_branch="main",
        owner_id=OWNER,
        settings=settings or ProjectSettings(),
    )


def test_its_creator_owns_it() -> None:
    state = after(*create(" deck "))

    assert isinstance(state, Project)
    assert state.name == "deck"
    assert state.members == {OWNER: Role.OWNER}


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x1b[0m"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        create(name)

    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "settings",
    [
        ProjectSettings(jail_driver="chroot"),
        ProjectSettings(max_sessions=0),
        ProjectSettings(max_commands_per_session=1_001),
        ProjectSettings(command_timeout_seconds=0),
        ProjectSettings(max_sessions_per_user=0),
        ProjectSettings(limits=LimitsAsked(memory_bytes=1024)),
        ProjectSettings(limits=LimitsAsked(cpus=0)),
        ProjectSettings(network=(NetworkRule(host="example.org", port=0),)),
        ProjectSettings(network=(NetworkRule(host="*"),)),
        ProjectSettings(network=(NetworkRule(host="Example.org"),)),
        ProjectSettings(network=(NetworkRule(host="a..b"),)),
        ProjectSettings(network=(NetworkRule(host="a b"),)),
        ProjectSettings(network=(NetworkRule(host="a\n"),)),
        ProjectSettings(network=(NetworkRule(host="a"),) * 501),
        ProjectSettings(image="-v /:/host"),
        ProjectSettings(image="debian:13", dockerfile="Dockerfile"),
        ProjectSettings(dockerfile="../Dockerfile"),
        ProjectSettings(dockerfile="/etc/passwd"),
        ProjectSettings(runtime="run sc"),
    ],
)
def test_settings_out_of_bounds_are_refused(settings: ProjectSettings) -> None:
    with pytest.raises(InvalidInputError):
        create("deck", settings)


@pytest.mark.parametrize("host", ["pypi.org", "*.example.org", "192.0.2.1", "2001:db8::1", "xn--bcher-kva.example"])
def test_a_network_rule_names_a_host_a_domain_or_an_address(host: str) -> None:
    assert create("deck", ProjectSettings(network=(NetworkRule(host=host, port=8443),)))


def test_the_only_owner_cannot_leave() -> None:
    state = after(CREATED, *project.add_member(after(CREATED), OTHER, Role.DEVELOPER))

    with pytest.raises(ConflictError, match="only owner"):
        project.remove_member(state, OWNER)
    assert len(project.remove_member(state, OTHER)) == 1


def test_an_archived_project_takes_no_changes() -> None:
    archived = after(CREATED, *project.archive(after(CREATED)))

    assert project.archive(archived) == ()
    with pytest.raises(ConflictError, match="archived"):
        project.change_settings(archived, replace(ProjectSettings(), max_sessions=3))


def test_the_same_settings_are_no_change() -> None:
    assert project.change_settings(after(CREATED), ProjectSettings()) == ()


def test_what_a_task_cannot_be_when_its_session_is_closed_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="'dropped' is nothing that a task can be") as told:
        project.change_settings(after(CREATED), ProjectSettings(task_at_close="dropped"))
    assert (told.value.field, told.value.next_step) == ("settings.taskAtClose", "Choose none, in_review, done.")


def test_an_unknown_project_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        project.archive(NoProject())
