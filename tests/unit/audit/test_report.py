"""A session's page: everything is in it, and nothing that the session printed or named does anything in it."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.records import PROJECT, SESSION, RecordMaker

from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.audit.bundle.checking import check
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.records import from_bundle
from quarterdeck.audit.report import story as stories
from quarterdeck.audit.report.from_file import from_file
from quarterdeck.audit.report.page import FilesDiff, FromServer, page
from quarterdeck.audit.report.palette import BASE, GROUND, MOST_STYLES, READABLE, Palette, contrast
from quarterdeck.audit.report.screen import NORMAL, Run, Style, runs
from quarterdeck.audit.report.story import Story, told
from quarterdeck.audit.report.timeline import spoken, time_line
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import ChangedFile, CommandLost, CommandRequested, Terminal
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict, network_access_id
from quarterdeck.domain.session_holds import SessionHeld
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens
from quarterdeck_cli.api.snapshots import FileDiff, Hunk

NOW = datetime(2026, 11, 21, tzinfo=UTC)
EVIL = "<script>document.title='PWNED'</script></pre></style><img src=x onerror=document.title='PWNED'>\"'\u202e\x1b[2J"

SCREENS: dict[str, tuple[bytes, list[Run]]] = {
    "plain": (b"a <b>\tc\n", [Run("a <b>\tc\n", NORMAL)]),
    "colours": (
        b"\x1b[1;31mred\x1b[0m \x1b[92mgreen",
        [Run("red", Style(foreground=1, bold=True)), Run(" ", NORMAL), Run("green", Style(foreground=10))],
    ),
    "256": (b"\x1b[38;5;208;48;5;300mo", [Run("o", Style(foreground=208, background=255))]),
    "true colour": (b"\x1b[38;2;1;2;3m\x1b[48:2:4:5:6mo", [Run("o", Style((1, 2, 3), (4, 5, 6)))]),
    "off": (b"\x1b[1;2;3;4;7;9;31;41m\x1b[22;23;24;27;29;39;49mo", [Run("o", NORMAL)]),
    "on": (b"\x1b[2;3;4;7;9mo", [Run("o", Style(dim=True, italic=True, underline=True, inverse=True, struck=True))]),
    "backgrounds": (
        b"\x1b[107mo\x1b[7;40mp",
        [Run("o", Style(background=15)), Run("p", Style(background=0, inverse=True))],
    ),
    "cut": (
        b"\x1b[38;5m\x1b[48;2;1ma\x1b[m\x1b[;;9999999999mb",
        [Run("a", Style(foreground=0, background=(1, 0, 0))), Run("b", NORMAL)],
    ),
    "other sequences": (
        b"a\x1b[2J\x1b[?1049hb\x1b]0;title\x07c\x1bPq\x1b\\d\x1bc",
        [Run(each, NORMAL) for each in "abcd"],
    ),
    "link": (b"\x1b]8;;javascript:x\x1b\\click\x1b]8;;\x1b\\", [Run("click", NORMAL)]),
    "string without an end": (b"\x1b]0;never\nseen", [Run("\nseen", NORMAL)]),
    "returns": (b"1%\r2%\r\nx", [Run("1%␍\n2%\nx", NORMAL)]),
    "unseen": ("\u202eexe\x00\x85".encode() + b"\xff", [Run("\\u202eexe\\x00\\x85\ufffd", NORMAL)]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize(("output", "expected"), SCREENS.values(), ids=SCREENS.keys())
def test_what_was_printed_is_text_in_colours(output: bytes, expected: list[Run]) -> None:
    assert list(runs(output)) == expected


def test_a_flood_of_sequences_takes_no_more_time_than_text() -> None:
    for part in (b"\x1b]", b"\x1b[", b"\x1b[38;5", b"\x1bP", b"\x1b[0m"):
        list(runs(part * 20_000))


def rules(palette: Palette) -> list[tuple[int, int, int]]:
    found = re.findall(r"\bcolor:#(..)(..)(..)", palette.sheet())
    return [(int(red, 16), int(green, 16), int(blue, 16)) for red, green, blue in found]


def test_every_colour_can_be_read_on_the_ground() -> None:
    assert all(contrast(each, GROUND) >= READABLE for each in BASE)
    palette = Palette()
    for number in range(256):
        palette.class_of(Style(foreground=number))
    assert all(contrast(each, GROUND) >= READABLE for each in rules(palette))


@pytest.mark.parametrize("inverse", [False, True])
def test_text_can_be_read_where_both_colours_are_the_same(*, inverse: bool) -> None:
    for number in range(256):
        palette = Palette()
        palette.class_of(Style(foreground=number, background=number, inverse=inverse))
        [text] = rules(palette)
        ground = re.search(r"background:#(..)(..)(..)", palette.sheet())
        assert ground is not None
        red, green, blue = (int(each, 16) for each in ground.groups())
        assert contrast(text, (red, green, blue)) >= READABLE


def test_a_page_has_so_many_styles_at_most() -> None:
    palette = Palette()
    names = {palette.class_of(Style(foreground=(red, green, 0))) for red in range(30) for green in range(30)}
    assert len(names) == MOST_STYLES + 1
    assert "" in names


def record() -> RecordMaker:
    """With everything that a page shows, and hostile wherever somebody in a jail may write."""
    maker = RecordMaker()
    maker.open(f"Title {EVIL}")
    maker.command(
        1,
        f"echo {EVIL}",
        [Frame(FrameKind.OUTPUT, 0, 5, EVIL.encode() + b"\x1b[31mred"), Frame(FrameKind.GAP, 9, 6, EVIL.encode())],
        terminal=Terminal(columns=90, rows=30),
        exit_code=2,
        files=(ChangedFile(path=f"a/{EVIL}", status="added"),),
    )
    maker.command(2, "true")
    refused = NetworkAccessDecided(
        session_id=SESSION,
        number=1,
        decided_at=maker.rows[-1].envelope.recorded_at,
        host=f"evil.example{EVIL}",
        port=443,
        verdict=Verdict.REFUSED,
        rule="",
        reason=EVIL,
        address="",
        bytes_up=0,
        bytes_down=0,
    )
    maker.add(network_access_id(SESSION), refused)
    used = ModelUsageRecorded(
        project_id=PROJECT,
        provider="p",
        response_id="r",
        model=f"m{EVIL}",
        tokens=Tokens(input_tokens=1234, output_tokens=5),
    )
    maker.add(UUID(int=9), used)
    held = SessionHeld(budget_id=UUID(int=10), reason=EVIL, pauses=True)
    maker.add(SESSION, held, actor=Actor(kind=ActorKind.AUTHOR, id=f"Eve <{EVIL}>"))
    maker.add(UUID(int=0xD009), CommandRequested(session_id=SESSION, project_id=PROJECT, text="sleep 9"))
    return maker


def story_of(maker: RecordMaker, folder: Path) -> Story:
    return told(from_bundle.entries(maker.bundle(folder / "b")), SESSION)


def rendered(maker: RecordMaker, folder: Path, server: FromServer | None = None) -> str:
    bundle = maker.bundle(folder / "b")
    return page(told(from_bundle.entries(bundle), SESSION), check(bundle), server, NOW)


FROM_SERVER = FromServer(
    project=f"deck{EVIL}",
    owner=EVIL,
    task=EVIL,
    cost="1.25",
    diffs={
        UUID(int=0xD001): FilesDiff(
            total=3,
            files=[
                FileDiff(
                    path=f"a/{EVIL}",
                    old_path=EVIL,
                    status="RENAMED",
                    binary=False,
                    truncated=False,
                    lines_added=1,
                    lines_removed=1,
                    hunks=(Hunk(1, 1, 1, 1, (f"-old{EVIL}", f"+new{EVIL}", " same")),),
                ),
                FileDiff(
                    path="b", status="ADDED", binary=True, truncated=False, lines_added=0, lines_removed=0, hunks=()
                ),
            ],
        )
    },
)


class Elements(HTMLParser):
    """What is in a page, and where its references lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("server", [None, FROM_SERVER], ids=["off line", "from a server"])
def test_a_page_has_no_script_no_style_of_an_element_and_no_reference_out_of_it(
    tmp_path: Path, server: FromServer | None
) -> None:
    found = Elements()
    content = rendered(record(), tmp_path, server)
    found.feed(content)
    assert set(found.tags).isdisjoint({"script", "img", "iframe", "link", "object", "form", "base", "b"})
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]
    assert all(value.startswith("#") for name, value in found.attributes if name in {"href", "src", "action"})
    assert "\u202e" not in content
    assert "\x1b" not in content
    assert "\\u202e" in content
    assert "default-src &#39;none&#39;; style-src &#39;sha256-" in content


def test_a_page_says_who_did_what_and_how_it_ended(tmp_path: Path) -> None:
    content = rendered(record(), tmp_path, FROM_SERVER)
    for told_so in (
        "exit 2<",
        "3, 1 failed",
        "$1.25",
        "1,234",
        "refused",
        "not ended",
        "terminal 90 by 30",
        "No signature covers this record",
        "Output is missing",
        "2026-11-20 09:30:00 UTC",
        "1 further files are left out",
        'class="added"',
    ):
        assert told_so in content, told_so


def test_a_record_that_was_changed_is_told_first(tmp_path: Path) -> None:
    maker = record()
    maker.rows[3] = replace(maker.rows[3], payload=b"{}")
    content = rendered(maker, tmp_path)
    assert "The record is not as it was written" in content
    assert "Position 4: changed payload" in content


def test_an_erased_command_is_a_hole(tmp_path: Path) -> None:
    maker = record()
    maker.rows[2] = replace(maker.rows[2], payload=None)
    content = rendered(maker, tmp_path)
    assert "What was run is not in the record, or was erased." in content
    assert "Of 1 events something was erased." in content


def test_a_whole_log_is_told_to_be_whole(tmp_path: Path) -> None:
    bundle = record().bundle(tmp_path / "b", scope=Scope.ALL)
    content = page(told(from_bundle.entries(bundle), SESSION), check(bundle), None, NOW)
    assert "events is whole, from the log" in content


def test_a_report_from_a_bundle_sums_up_what_models_cost(tmp_path: Path) -> None:
    bundle = record().bundle(tmp_path / "b")
    story = told(from_bundle.entries(bundle), SESSION)
    content = page(story, check(bundle), None, NOW, from_file(bundle, story))
    assert "with published prices: the bundle has none of the project's own" in content
    assert "1 of 1 calls have no price" in content
    assert "exported with `--with-files` shows what changed" in content


def test_long_output_has_its_ends_and_a_page_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "OUTPUT_ALL", 100_000)
    maker = RecordMaker()
    maker.open()
    for number in range(20):
        maker.command(number, "seq", [Frame(FrameKind.OUTPUT, 0, 0, b"%08d" % at * 100) for at in range(200)])
    told_all = story_of(maker, tmp_path)
    shown = [command.printed for command in told_all.commands]
    assert all(each is not None and each.size == 160_000 for each in shown)
    kept = sum(len(each.head) + len(each.tail) for each in shown if each)
    assert kept < 100_000 + stories.OUTPUT_EACH + 20 * stories.LEAST_OUTPUT
    assert "bytes are left out here" in rendered(maker, tmp_path)


def test_what_is_too_much_for_a_page_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "MOST_COMMANDS", 3)
    monkeypatch.setattr(stories, "MOST_HAPPENINGS", 2)
    maker = RecordMaker()
    maker.open()
    for number in range(5):
        maker.command(number, "true", [Frame(FrameKind.OUTPUT, 0, 0, b"x")])
        maker.add(UUID(int=0xE00 + number), CommandLost(reason="gone"))
        maker.add(SESSION, SessionHeld(budget_id=UUID(int=10), reason="spent", pauses=True))
    content = rendered(maker, tmp_path)
    assert "7 further commands are left out" in content
    assert "3 further events are left out" in content


def test_commands_side_by_side_have_lanes_of_their_own() -> None:
    maker = Story(SESSION)
    begun = NOW
    maker.begun, maker.ended = begun, begun.replace(minute=10)

    def command(number: int, start: int, end: int | None) -> stories.Command:
        return stories.Command(
            number=number,
            id=UUID(int=number),
            position=number,
            actor=Actor(kind=ActorKind.USER, id="u"),
            text="x",
            asked_at=begun.replace(minute=start),
            ended_at=None if end is None else begun.replace(minute=end),
        )

    maker.commands = [command(1, 0, 5), command(2, 1, 2), command(3, 3, None), command(4, 6, 6)]
    line = time_line(maker)
    assert line is not None
    assert [(bar.x, bar.y, bar.width) for bar in line.bars] == [
        (0, 0, 500),
        (100, 18, 100),
        (300, 18, 700),
        (600, 0, 2.5),
    ]
    assert [text for _, text in line.ticks] == ["0.0 s", "2:30", "5:00", "7:30", "10:00"]


def test_a_session_without_commands_has_no_time_line(tmp_path: Path) -> None:
    maker = RecordMaker()
    maker.open()
    assert time_line(story_of(maker, tmp_path)) is None
    assert "No command was run." in rendered(maker, tmp_path)


def test_times_are_spoken_for_people() -> None:
    assert [spoken(each) for each in (0.04, 59, 61, 3723)] == ["0.0 s", "59.0 s", "1:01", "1:02:03"]


@pytest.mark.skipif(shutil.which("chromium-headless-shell") is None, reason="needs Chromium")
@pytest.mark.parametrize("server", [None, FROM_SERVER], ids=["off line", "from a server"])
def test_nothing_that_a_session_printed_runs_in_a_browser(tmp_path: Path, server: FromServer | None) -> None:
    file = tmp_path / "page.html"
    file.write_text(rendered(record(), tmp_path, server), "utf-8")
    done = subprocess.run(
        [
            "chromium-headless-shell",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
            f"--user-data-dir={tmp_path / 'profile'}",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    found = Elements()
    found.feed(done.stdout)
    assert set(found.tags).isdisjoint({"script", "img"})
    assert "<title>PWNED" not in done.stdout
    assert "Content Security Policy" not in done.stderr
