"""What a container's image may be, and what is said where there is none."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.support.docker_daemon import OwnDaemon
from tests.support.jails import JAIL_UID, Place, place, run, spec
from tests.support.waiting import eventually

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail.abstract import BuildLog, ContainerSpec, JailSpec
from quarterdeck.jail.docker import builds
from quarterdeck.jail.docker.containers import name_of
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.errors import JailError

pytestmark = pytest.mark.timeout(600)
"""The first test on a new machine has a Debian made."""

DOCKERFILE = """
FROM {image}
COPY greeting /greeting
RUN echo built && cat /greeting
ENV GREETED=yes LD_PRELOAD=/none.so
VOLUME /data
HEALTHCHECK --interval=1s CMD touch /tmp/unhealthy
USER root
ENTRYPOINT ["/bin/false"]
"""


@pytest.fixture
async def where(docker_daemon: OwnDaemon) -> AsyncIterator[Place]:
    async with place(docker_daemon.address) as made:
        yield made


@pytest.fixture
async def driver(where: Place) -> AsyncIterator[DockerDriver]:
    made = where.driver()
    assert isinstance(made, DockerDriver)
    yield made
    await made.close()


def commit(where: Place, files: Mapping[str, str]) -> PreparedWorkspace:
    """A workspace on a base commit that has these files."""
    workspace = replace(where.workspace(), base_commit=uuid4().hex)
    for name, text in files.items():
        path = where.root / "lower" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return workspace


def asking(
    workspace: PreparedWorkspace,
    *,
    image: str = "",
    dockerfile: str = "",
    runtime: str = "",
    project_id: UUID | None = None,
    log: BuildLog | None = None,
) -> JailSpec:
    container = ContainerSpec(
        project_id=project_id or uuid4(), image=image, dockerfile=dockerfile, runtime=runtime, log=log
    )
    return replace(spec(workspace), container=container)


@dataclass
class Told:
    """What a build has told."""

    lines: list[str] = field(default_factory=list[str])
    network: str = ""
    steps: tuple[int, int] | None = None
    """All, and those from the cache."""
    reason: str = ""

    async def began(self, dockerfile: str, base_commit: str, network: str) -> None:
        self.network = network

    def said(self, line: str) -> None:
        self.lines.append(line)

    async def built(self, image: str, *, steps: int, cached_steps: int) -> None:
        self.steps = (steps, cached_steps)

    async def failed(self, reason: str) -> None:
        self.reason = reason


def images_of(daemon: OwnDaemon, asked: JailSpec) -> list[str]:
    with daemon.client() as client:
        found = client.images.list(filters={"label": f"quarterdeck.project={asked.container.project_id}"})
        return [tag for image in found for tag in image.tags]


async def test_an_image_without_python_runs_commands(where: Place, driver: DockerDriver, debian_image: str) -> None:
    jail = await driver.create(asking(where.workspace(), image=debian_image))

    asked = "command -v python3 dpkg; echo $HOME; pwd; echo hi > file; id -u; grep -c localhost /etc/hosts"
    done = await run(jail, asked, timeout=20)

    uid = JAIL_UID or 0
    assert done.text == f"/usr/bin/dpkg\n/home/agent\n/workspace\n{uid}\n2\n"
    assert (where.upper(jail.session_id) / "file").read_text() == "hi\n"


async def test_a_dockerfile_of_the_repository_is_built_once_for_a_commit(
    where: Place, driver: DockerDriver, docker_daemon: OwnDaemon, debian_image: str
) -> None:
    workspace = commit(where, {"docker/Dockerfile": DOCKERFILE.format(image=debian_image), "greeting": "hello\n"})
    asked = asking(workspace, dockerfile="docker/Dockerfile")

    jail = await driver.create(asked)

    done = await run(jail, "cat /greeting; echo $GREETED; [ -w /data ] && echo writable; id -u; ls /tmp")
    assert done.text == f"hello\nyes\nwritable\n{JAIL_UID or 0}\n"
    (first,) = images_of(docker_daemon, asked)
    again = await driver.create(replace(asked, session_id=uuid4(), workspace=commit_again(where, workspace)))
    assert (await run(again, "cat /greeting")).text == "hello\n"
    assert images_of(docker_daemon, asked) == [first]


def commit_again(where: Place, workspace: PreparedWorkspace) -> PreparedWorkspace:
    return replace(where.workspace(), base_commit=workspace.base_commit)


async def test_an_images_own_volumes_are_bounded(
    where: Place, driver: DockerDriver, docker_daemon: OwnDaemon, debian_image: str
) -> None:
    files = {"Dockerfile": DOCKERFILE.format(image=debian_image), "greeting": ""}
    jail = await driver.create(asking(commit(where, files), dockerfile="Dockerfile"))

    done = await run(jail, "grep ' /data ' /proc/self/mounts")

    assert done.text.startswith("tmpfs /data tmpfs rw,nosuid,nodev")
    with docker_daemon.client() as client:
        (container,) = [
            each for each in client.containers.list(ignore_removed=True) if each.name == name_of(jail.session_id)
        ]
        volumes = {each["Name"] for each in container.attrs["Mounts"] if each["Type"] == "volume"}
        assert volumes == {container.name, f"{container.name}-terminals"}


async def test_a_build_has_no_network_and_tells_the_end_of_its_log(
    where: Place, driver: DockerDriver, debian_image: str
) -> None:
    steps = "RUN cat /proc/net/dev | tail -n +3 | cut -d: -f1\nRUN printf 'all \\033[31mred\\033[2J\\n' && exit 3\n"
    workspace = commit(where, {"Dockerfile": f"FROM {debian_image}\n{steps}"})

    with pytest.raises(JailError) as caught:
        await driver.create(asking(workspace, dockerfile="Dockerfile"))

    lines = [line.strip() for line in caught.value.message.splitlines()]
    assert "returned a non-zero code: 3" in lines[0]
    assert "all red [2J" in lines
    assert "lo" in lines
    assert not any(line.startswith("eth") for line in lines)
    assert "QD_DOCKER_BUILD_NETWORK" in caught.value.next_step
    assert not where.shim_folder(workspace.session_id).exists()


async def test_a_build_tells_all_it_prints_and_takes_what_an_earlier_one_left(
    where: Place, driver: DockerDriver, debian_image: str
) -> None:
    files = {"Dockerfile": f"FROM {debian_image}\nRUN echo $((40 + 2))\nCOPY kept /kept\n", "kept": ""}
    project, first, second = uuid4(), Told(), Told()

    await driver.create(asking(commit(where, files), dockerfile="Dockerfile", project_id=project, log=first))
    await driver.create(asking(commit(where, files), dockerfile="Dockerfile", project_id=project, log=second))

    # three of the Dockerfile, and the labels of the project and of the session
    assert (first.network, first.steps) == ("none", (5, 0))
    assert "42" in first.lines
    assert second.steps == (5, 3)
    assert "42" not in second.lines


@pytest.mark.parametrize(
    ("bound", "step", "why"),
    [
        ("SILENT_SECONDS", "sleep 1000", "it printed nothing for 1 s"),
        ("BUILD_SECONDS", "while :; do echo on; sleep 0.1; done", "it took longer than 1 s"),
    ],
)
async def test_a_build_that_takes_too_long_is_ended(
    where: Place,
    driver: DockerDriver,
    docker_daemon: OwnDaemon,
    debian_image: str,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    step: str,
    why: str,
) -> None:
    monkeypatch.setattr(builds, bound, 1)
    workspace = commit(where, {"Dockerfile": f"FROM {debian_image}\nRUN {step}\n"})
    before, told = docker_daemon.containers(), Told()

    with pytest.raises(JailError, match=why):
        await driver.create(asking(workspace, dockerfile="Dockerfile", log=told))

    assert why in told.reason
    await eventually(lambda: docker_daemon.containers() == before, within=30)


async def test_a_build_that_is_given_up_ends_at_once(
    where: Place, driver: DockerDriver, docker_daemon: OwnDaemon, debian_image: str
) -> None:
    workspace = commit(where, {"Dockerfile": f"FROM {debian_image}\nRUN echo begun; sleep 1000\n"})
    before, told = docker_daemon.containers(), Told()
    making = asyncio.create_task(driver.create(asking(workspace, dockerfile="Dockerfile", log=told)))
    await eventually(lambda: "begun" in told.lines, within=30)

    making.cancel()
    await asyncio.wait({making}, timeout=30)

    assert making.cancelled()
    await eventually(lambda: docker_daemon.containers() == before, within=30)


async def test_a_build_without_a_network_does_not_have_the_daemon_download_anything(
    where: Place, driver: DockerDriver, debian_image: str
) -> None:
    workspace = commit(where, {"Dockerfile": f"FROM {debian_image}\nADD http://127.0.0.1:1/x /x\n"})

    with pytest.raises(JailError, match=r"this may download something: ADD http://127\.0\.0\.1:1/x /x"):
        await driver.create(asking(workspace, dockerfile="Dockerfile"))


async def test_a_build_without_a_network_refuses_a_base_image_with_triggers(
    where: Place, driver: DockerDriver, docker_daemon: OwnDaemon, debian_image: str
) -> None:
    with docker_daemon.client() as client:
        dockerfile = f"FROM {debian_image}\nONBUILD ADD http://127.0.0.1:1/x /x\n".encode()
        client.images.build(fileobj=BytesIO(dockerfile), tag="with-triggers:latest", rm=True)
    asked = asking(commit(where, {"Dockerfile": "FROM with-triggers:latest\n"}), dockerfile="Dockerfile")

    with pytest.raises(JailError, match="its base image has build triggers"):
        await driver.create(asked)

    assert images_of(docker_daemon, asked) == []


@pytest.mark.parametrize("link", ["Dockerfile", "folder", ".dockerignore"])
async def test_a_build_follows_no_link_out_of_the_repository(
    where: Place, driver: DockerDriver, debian_image: str, link: str
) -> None:
    secret = where.root / "secret"
    secret.mkdir()
    (secret / "Dockerfile").write_text(f"FROM {debian_image}\n")
    files = {} if link != ".dockerignore" else {"Dockerfile": f"FROM {debian_image}\nCOPY . /all\n", "kept": ""}
    workspace = commit(where, files)
    target = {"Dockerfile": secret / "Dockerfile", "folder": secret, ".dockerignore": Path("/etc/passwd")}[link]
    (where.root / "lower" / link).symlink_to(target)
    dockerfile = "folder/Dockerfile" if link == "folder" else "Dockerfile"

    if link != ".dockerignore":
        with pytest.raises(JailError, match="has no file"):
            await driver.create(asking(workspace, dockerfile=dockerfile))
        return
    jail = await driver.create(asking(workspace, dockerfile=dockerfile))
    assert (await run(jail, "ls -A /all; readlink /all/.dockerignore")).text == (
        ".dockerignore\nDockerfile\nkept\n/etc/passwd\n"
    )


async def test_what_dockerignore_names_is_not_sent(where: Place, driver: DockerDriver, debian_image: str) -> None:
    files = {
        "Dockerfile": f"FROM {debian_image}\nCOPY . /all\n",
        ".dockerignore": "# said\nbig\n",
        "big/file": "",
        "a": "",
    }
    jail = await driver.create(asking(commit(where, files), dockerfile="Dockerfile"))

    assert (await run(jail, "ls /all")).text == "Dockerfile\na\n"


async def test_an_image_that_is_nowhere_is_told(where: Place, driver: DockerDriver) -> None:
    with pytest.raises(JailError, match="cannot be pulled") as caught:
        await driver.create(asking(where.workspace(), image="localhost:1/nobody/nothing:none"))

    assert "docker pull localhost:1/nobody/nothing:none" in caught.value.next_step


async def test_an_unknown_runtime_is_told_with_those_that_there_are(where: Place, driver: DockerDriver) -> None:
    with pytest.raises(JailError, match=r"no runtime 'kata'; it has .*runc") as caught:
        await driver.create(asking(where.workspace(), runtime="kata"))

    assert "daemon.json" in caught.value.next_step


async def test_sessions_that_are_opened_at_once_wait_for_one_build(
    where: Place, driver: DockerDriver, docker_daemon: OwnDaemon, debian_image: str
) -> None:
    workspace = commit(where, {"Dockerfile": f"FROM {debian_image}\nRUN cat /proc/sys/kernel/random/uuid > /once\n"})
    project = uuid4()
    asked = [
        replace(
            spec(replace(where.workspace(), base_commit=workspace.base_commit)),
            container=ContainerSpec(project_id=project, dockerfile="Dockerfile"),
        )
        for _ in range(3)
    ]

    jails = await asyncio.gather(*(driver.create(each) for each in asked))

    assert len({(await run(jail, "cat /once")).text for jail in jails}) == 1
