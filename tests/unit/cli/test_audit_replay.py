"""qd audit replay on a bundle, off line: printed, and played on a real pseudo-terminal key by key."""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest
from tests.support.product import QD
from tests.support.ready import ReadyPrograms
from tests.support.ready_terminal import on_ready_terminal
from tests.support.replays import Story
from tests.unit.cli.conftest import QdCall

from quarterdeck.domain.command import ChangedFile, Terminal

pytestmark = pytest.mark.xdist_group("terminal")

HOSTILE = (
    b"\x1b]52;c;aGFja2Vk\x07\x1b]0;evil\x07\x1b]8;;https://evil\x1b\\link\x1b]8;;\x1b\\\x1bc\x1bP+q544e\x1b\\\x1b_G\x1b\\"
    b"\x9d0;evil\x9c\x9b6n\xc2\x9b6n\x1b[6n\x1b[c\x1b[?1003h\x1b[3J\x1b[8;9;9t\xff\xfe\x00\x07"
)
C1 = re.compile("[\x80-\x9f]")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Half an hour with two commands side by side, one of them hostile, and a last that fails."""
    story = Story()
    story.opens("fix \x1b]0;evil\x07it")
    shell = story.begins(10, "bash", Terminal(columns=40, rows=6))
    story.prints(shell, [(0.5, b"$ \x1b[1;32mready\x1b[0m"), (120, b"\r\nlate\r\n")])
    test = story.begins(20, "make \x1b[2J\x07test")
    story.prints(test, [(1, b"before" + HOSTILE + b"after\n"), (2, b"x" * 100_000 + b"\n"), (3, b"needle one\n")])
    story.ends(60, test, 2, [ChangedFile(path="bad\x1b]52;c;eA==\x07name", status="added")], tree="t1")
    story.ends(200, shell)
    story.runs(1800, "false", [(1, b"needle two\n")], until=1802, code=1)
    return story.bundle(tmp_path / "record.tar.zst")


class Viewer:
    """A person at a terminal of a given size, who sees what the player has drawn."""

    def __init__(
        self, ready_qd: ReadyPrograms, bundle: Path, columns: int, rows: int, *words: str, **environment: str
    ) -> None:
        self.raw = b""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        call = ["qd", "audit", "replay", "--bundle", str(bundle), *words]
        settings = {**os.environ, "TERM": "xterm-256color", "TZ": "UTC", **environment}
        for name in ("COLUMNS", "LINES"):
            settings.pop(name, None)
        self.child: Any = on_ready_terminal(ready_qd, QD, call, settings, dimensions=(rows, columns), timeout=60)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    def sees(self, *texts: str) -> None:
        """Waits until all of them are on the screen."""
        until = time.monotonic() + 30
        while not all(any(text in line for line in self.lines) for text in texts):
            assert time.monotonic() < until, (texts, self.lines)
            self._read()

    def types(self, keys: str, *texts: str) -> None:
        self.child.send(keys)
        self.sees(*texts)

    def resizes(self, columns: int, rows: int) -> None:
        self.child.setwinsize(rows, columns)
        self._screen.resize(rows, columns)

    def leaves(self, key: str = "q") -> int:
        self.child.send(key)
        while self._read():
            pass
        self.child.wait()
        return int(self.child.exitstatus)

    def _read(self) -> bool:
        try:
            data: bytes = self.child.read_nonblocking(65536, timeout=1)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True


View = Callable[..., Viewer]


@pytest.fixture
def view(bundle: Path, home: Path, ready_qd: ReadyPrograms) -> Iterator[View]:
    started: list[Viewer] = []

    def start(columns: int = 80, rows: int = 24, *words: str, **environment: str) -> Viewer:
        started.append(Viewer(ready_qd, bundle, columns, rows, *words, **environment))
        return started[-1]

    yield start
    for each in started:
        each.child.close(force=True)


def test_it_plays_and_is_steered_key_by_key_and_nothing_hostile_gets_through(view: View) -> None:
    player = view()
    player.sees("▶ 0:0", "event 3 of 13", "Session opened")
    player.types(" ", "‖ 0:0")

    player.types("n", "‖ 0:10.0", "event 5 of 13", "c1 bash")
    player.types("\x1b[C", "‖ 0:15.0", "$ ready")
    player.types("n", "‖ 0:20.0", r"c2 make \x1b[2J\x07test")
    player.types("\x1b[C", "xxxxxx", "needle one")
    player.types("g21.5s\r", "‖ 0:21.5", "after")
    player.types("g25s\r", "‖ 0:25.0")
    player.types("\t", "$ ready")
    player.types("\x1b[1;2C", "‖ 1:25.0", "Command finished c2")
    player.types("\x1b[D", "‖ 1:20.0")
    player.types("\x1b[1;2D", "‖ 0:20.0")
    player.types(".", "‖ 1:00.0", "event 8 of 13")
    player.types(",", "‖ 0:20.0", "event 7 of 13")
    player.types("p", "‖ 0:10.0", "event 5 of 13")

    player.types("]", "x2")
    player.types("[[", "x0.5")
    player.types("i", "idle 2 s")
    player.types("f", "0 files changed")
    player.types("g", "Go to (")
    player.types("1:05\r", "‖ 1:05.0", "1 file changed", r"+ bad\x1b]52;c;eA==\x07name")
    player.types("gc9\r", "There is no command 9")
    player.types("g12\r", "‖ 30:00.0", "c3 false")
    player.types("g", "Go to (")
    player.types("\x1b", "space play")

    player.types("/needle\r", "2 of 2: needle two", "‖ 30:01.0")
    player.types("N", "That was the last one.")
    player.types("P", "1 of 2: needle one", "‖ 0:23.0")
    player.types("N", "2 of 2: needle two")
    player.types("r^needle t\\w+$\r", "1 of 1: needle two")
    player.types("r(\r", "is no regular expression")
    player.types("/gibberish\r", "Found nowhere.")

    player.types("fe\x1b[A", "‖")
    player.types("?", "go through the events with the arrows")
    player.types("?", "Command")
    player.types("\x1b[H", "‖ 0:00.0")
    player.types("\x1b[F", "■ 30:02.0", "event 13 of 13", "[exit 1]")

    assert player.leaves() == 0
    assert_nothing_hostile(player.raw)


def assert_nothing_hostile(raw: bytes) -> None:
    """No strings to the terminal, questions, resets, mouse modes or bells: the player itself has no use for them."""
    assert not re.search(rb"\x1b[\]P_^Xc]|\x1b\[[0-9;?]*[nct]|\x1b\[3J|\x1b\[\?100[0-6]h|[\x00\x07]", raw)
    assert not C1.search(raw.decode())


def test_it_plays_on_its_own_and_skips_what_is_idle(view: View) -> None:
    player = view(80, 24, "--speed", "64", "--idle", "0", "--from", "0:50")
    player.sees("■ 30:02.0", "needle two", "[exit 1]")
    assert player.leaves("\x03") == 130


def test_it_fits_every_terminal_and_follows_its_size(view: View) -> None:
    player = view(60, 20, "--from", "c2")
    player.sees("c2 make", "▶ 0:2", "event 7 of 13")
    player.types(" ", "‖ 0:2")
    player.resizes(200, 50)
    player.sees("│", "q quit")
    player.resizes(60, 20)
    player.sees("────────────────────")
    assert player.leaves() == 0


def test_without_colours_no_colour_is_sent(view: View) -> None:
    player = view(80, 24, "--from", "15s", NO_COLOR="1")
    player.sees("$ ready")
    assert player.leaves() == 0
    assert not re.search(rb"\x1b\[[0-9;]*\b(3[0-7]|4[0-7]|9[0-7]|38|48)[;m]", player.raw)


def test_where_it_is_no_terminal_the_time_line_is_printed(qd: QdCall, bundle: Path) -> None:
    ran = qd("audit", "replay", "--bundle", str(bundle))

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert len(lines) == 13
    assert lines[5] == r"   0:20.0        6    Command requested c2: make \x1b[2J\x07test  (user ü1)"
    assert lines[8] == "   1:00.0        9  ! Command finished c2: exit 2, 0.00 s, 1 file changed  (user ü1)"
    assert qd("audit", "replay", "--bundle", str(bundle), "--plain", "--from", "9").out.splitlines() == lines[8:]


def test_the_time_line_as_json(qd: QdCall, bundle: Path) -> None:
    found = qd("audit", "replay", "--bundle", str(bundle), "--json", "--from", "30:00").json_lines

    assert [each["topic"] for each in found] == ["CommandRequested", "CommandStarted", "CommandFinished"]
    assert found[2] == {
        "at": 1802,
        "position": 13,
        "recordedAt": "2026-11-23T12:30:02+00:00",
        "kind": "command",
        "topic": "CommandFinished",
        "bad": True,
        "command": {"number": 3, "id": "00000000-0000-0000-0000-0000000c0003"},
        "actor": {"kind": "user", "id": "ü1"},
        "text": "Command finished c3: exit 1, 0.00 s",
    }


def test_the_state_at_a_place(qd: QdCall, bundle: Path) -> None:
    ran = qd("audit", "replay", "--bundle", str(bundle), "00000007", "--at", "1:30")

    assert "At 1:30.0, position 9, 2026-11-23 12:01:00" in ran.out
    assert r"  Title        fix \x1b]0;evil\x07it" in ran.out
    assert "  c1 000c0001  runs: bash\n" in ran.out
    assert r"  bad\x1b]52;c;eA==\x07name  added" in ran.out
    assert "\x1b" not in ran.out

    found = qd("audit", "replay", "--bundle", str(bundle), "--at", "1:30", "--json").json
    assert (found["at"], found["position"]) == (90, 9)
    assert found["state"]["workspace"]["tree"] == "t1"


def test_the_difference_between_two_places(qd: QdCall, bundle: Path) -> None:
    ran = qd("audit", "replay", "--bundle", str(bundle), "--diff", "end", "c2")

    assert "From 0:20.0, position 7, to 30:02.0, position 13" in ran.out
    assert "  Tree: t0 → t1" in ran.out
    assert r"c2 000c0002: runs: make \x1b[2J\x07test → exit 2" in ran.out
    assert r"  added     bad\x1b]52;c;eA==\x07name" in ran.out
    assert "exported with --with-files" in ran.err
    assert "\x1b" not in ran.out

    found = qd("audit", "replay", "--bundle", str(bundle), "--diff", "c2", "end", "--json").json
    assert (found["from"], found["to"], found["contents"]) == (7, 13, None)
    assert found["files"] == {"bad\x1b]52;c;eA==\x07name": "added"}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--at", "9:99:99x"), 2, "is no place in this session"),
        (("--at", "77"), 66, "it has 1 to 13"),
        (("--diff", "c1", "c7"), 66, "the session ran 3"),
        (("--at", "1", "--diff", "1", "2"), 2, "Both --at and --diff"),
        (("--speed", "0"), 2, "It cannot be played so"),
        (("--idle", "-1"), 2, "It cannot be played so"),
        (("ffff",), 66, "The bundle has no session 'ffff'"),
    ],
)
def test_what_cannot_be_done_is_told(qd: QdCall, bundle: Path, words: tuple[str, ...], code: int, told: str) -> None:
    ran = qd("audit", "replay", "--bundle", str(bundle), *words)

    assert (ran.code, told in ran.err) == (code, True), ran.err


def test_a_file_that_is_no_bundle_is_told(qd: QdCall, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"hello")
    ran = qd("audit", "replay", "--bundle", str(tmp_path / "b"))
    assert (ran.code, "or no bundle" in ran.err) == (2, True)

    ran = qd("audit", "replay", "--bundle", str(tmp_path / "missing"))
    assert (ran.code, "cannot be read" in ran.err) == (2, True)


def test_without_a_bundle_a_session_is_to_be_named(qd: QdCall) -> None:
    ran = qd("audit", "replay")
    assert (ran.code, "No session was named." in ran.err) == (2, True)
