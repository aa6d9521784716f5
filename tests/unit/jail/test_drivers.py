"""Which driver makes a session's jail, and which one adopts it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import pytest

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail.abstract import ContainerSpec, JailSpec, Protection
from quarterdeck.jail.docker.daemon import NoDaemonError
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.drivers import Drivers
from quarterdeck.jail.dummy import DummyDriver, DummyJail
from quarterdeck.jail.errors import JailError


@dataclass
class Kind(DummyDriver):
    """A scripted driver with a name, which can be without what it needs."""

    name: str = ""
    missing: JailError | None = None
    works: bool = True
    made: list[UUID] = field(default_factory=list[UUID])

    def __post_init__(self) -> None:
        super().__init__()

    async def create(self, spec: JailSpec) -> DummyJail:
        if self.missing:
            raise self.missing
        self.made.append(spec.session_id)
        return await super().create(spec)

    async def owns(self, session_id: UUID) -> bool:
        return session_id in self.made

    async def protections(self) -> Sequence[Protection]:
        return [Protection(name="jail", on=self.works, detail="")]


def asked(driver: str = "auto", *, image: str = "", dockerfile: str = "", runtime: str = "") -> JailSpec:
    session_id = uuid4()
    workspace = PreparedWorkspace(session_id=session_id, kind="clone", base_commit="", tree="", upper=Path("/none"))
    container = ContainerSpec(image=image, dockerfile=dockerfile, runtime=runtime)
    return JailSpec(session_id=session_id, workspace=workspace, driver=driver, container=container)


def both(bubblewrap: Kind, docker: Kind) -> Drivers:
    return Drivers(bubblewrap, cast("DockerDriver", docker))


NO_DAEMON = NoDaemonError("There is no Docker daemon.", "Install it.")
NO_NAMESPACES = JailError("No user namespaces.", "Allow them.")


@pytest.mark.parametrize(
    ("spec", "maker"),
    [
        (asked(), "bubblewrap"),
        (asked("bubblewrap"), "bubblewrap"),
        (asked("docker"), "docker"),
        (asked(image="debian"), "docker"),
        (asked(dockerfile="Dockerfile"), "docker"),
        (asked(runtime="runsc"), "docker"),
        (asked("docker", image="debian"), "docker"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.driver} {value.container}",
)
async def test_the_project_says_which_driver_makes_a_jail(spec: JailSpec, maker: str) -> None:
    kinds = {name: Kind(name=name) for name in ("bubblewrap", "docker")}
    drivers = both(kinds["bubblewrap"], kinds["docker"])

    await drivers.create(spec)

    assert {name: kind.made for name, kind in kinds.items() if kind.made} == {maker: [spec.session_id]}


async def test_an_image_and_bubblewrap_exclude_one_another() -> None:
    drivers = both(Kind(name="bubblewrap"), Kind(name="docker"))

    with pytest.raises(JailError, match="for the jail driver bubblewrap") as caught:
        await drivers.create(asked("bubblewrap", image="debian"))

    assert "auto or docker" in caught.value.next_step


async def test_where_bubblewrap_cannot_make_jails_docker_does() -> None:
    docker = Kind(name="docker")
    spec = asked()

    await both(Kind(name="bubblewrap", missing=NO_NAMESPACES, works=False), docker).create(spec)

    assert docker.made == [spec.session_id]


async def test_what_is_wrong_with_one_session_is_not_tried_again_with_docker() -> None:
    docker = Kind(name="docker")

    with pytest.raises(JailError, match="No user namespaces"):
        await both(Kind(name="bubblewrap", missing=NO_NAMESPACES), docker).create(asked())

    assert docker.made == []


async def test_without_either_the_default_drivers_own_words_are_told() -> None:
    drivers = both(Kind(name="bubblewrap", missing=NO_NAMESPACES, works=False), Kind(name="docker", missing=NO_DAEMON))

    with pytest.raises(JailError, match="No user namespaces"):
        await drivers.create(asked())
    with pytest.raises(NoDaemonError):
        await drivers.create(asked("docker"))


async def test_a_jail_is_adopted_by_the_driver_that_made_it() -> None:
    bubblewrap, docker = Kind(name="bubblewrap"), Kind(name="docker")
    drivers = both(bubblewrap, docker)
    one, other = asked(), asked("docker")
    jails = [await drivers.create(one), await drivers.create(other)]

    assert [await drivers.adopt(spec.session_id) for spec in (one, other)] == jails
    assert await bubblewrap.adopt(other.session_id) is None
    assert list(await drivers.sessions()) == sorted([one.session_id, other.session_id])
    assert await drivers.adopt(replace(one, session_id=uuid4()).session_id) is None


async def test_doctor_hears_of_both() -> None:
    drivers = both(Kind(name="bubblewrap"), Kind(name="docker", works=False))

    assert [each.on for each in await drivers.protections()] == [True, False]
