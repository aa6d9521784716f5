"""The player's screen and what its keys do, without a terminal."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.utils import get_cwidth
from tests.support.replays import Story
from tests.support.waiting import eventually

from quarterdeck.audit.player.app import Player
from quarterdeck.audit.player.bar import Bar
from quarterdeck.audit.player.layout import layout
from quarterdeck.audit.player.lines import crop, fit
from quarterdeck.audit.player.model import Model, Panel
from quarterdeck.audit.player.view import drawn
from quarterdeck.audit.replay import places
from quarterdeck.audit.replay.clock import Clock
from quarterdeck.audit.replay.from_bundle import BundleRecord
from quarterdeck.audit.replay.screen import Size
from quarterdeck.audit.replay.search import Hit, pattern, search
from quarterdeck.audit.replay.stage import Scene, Stage
from quarterdeck.audit.replay.timeline import timeline
from quarterdeck.domain.command import ChangedFile, Terminal

Show = Callable[..., list[str]]


@pytest.fixture
def record(tmp_path: Path) -> Iterator[BundleRecord]:
    story = Story()
    story.opens("a \x1b]0;title\x07")
    shell = story.begins(10, "bash", Terminal(columns=90, rows=30))
    story.prints(shell, [(1, b"$ "), (5, b"\x1b[30;1Hlast row"), (15, b"\x1b[1;88Hend")])
    test = story.begins(12, "make \x1b[2J test\nあ")
    story.prints(test, [(1, "ok あ\n".encode()), (2, b"wrong\n")])
    story.ends(15, test, 2, [ChangedFile(path="src/\x1b[2Jx", status="added")])
    story.ends(30, shell)
    with BundleRecord(story.bundle(tmp_path / "b"), None) as record:
        yield record


@pytest.fixture
def model(record: BundleRecord) -> Model:
    line = timeline(record.events())
    return Model(line, Clock(line.end), "a title")


@pytest.fixture
def show(record: BundleRecord, model: Model) -> Show:
    """Draws the screen as it is now."""
    stage, bar = Stage(record, model.line), Bar(model.line)

    def draw(columns: int = 80, rows: int = 24) -> list[str]:
        sizes = layout(columns, rows)
        model.scene = stage.scene(model.clock.at, model.count, model.wanted or None, sizes.pane)
        return ["".join(text for _, text in line) for line in drawn(model, bar, sizes)]

    return draw


def go(model: Model, where: str) -> None:
    model.seek(places.place(model.line, where))


@pytest.mark.parametrize("rows", [8, 20, 24, 60])
@pytest.mark.parametrize("columns", [60, 80, 109, 110, 200])
@pytest.mark.parametrize("where", ["start", "0:13", "end"])
@pytest.mark.parametrize("panel", list(Panel))
def test_each_line_fills_the_terminal_and_none_goes_beyond_it(
    model: Model, show: Show, columns: int, rows: int, where: str, panel: Panel
) -> None:
    go(model, where)
    model.panel = panel

    shown = show(columns, rows)
    assert len(shown) == rows
    assert {sum(map(get_cwidth, line)) for line in shown} == {columns}
    assert "".join(shown).isprintable()


def test_the_command_that_was_started_last_is_looked_at_and_others_are_a_tab_away(model: Model, show: Show) -> None:
    go(model, "14.5s")
    shown = show()
    assert shown[2].startswith(" c1 bash")
    assert r" c2 make \x1b[2J test⏎あ" in shown[2]
    assert [line.rstrip() for line in shown[3:5]] == ["ok あ", "wrong"]

    model.to_tab(1)
    assert show()[3].startswith("$ ")
    model.to_tab(1)
    assert show()[3].startswith("ok あ")


def test_what_was_found_is_on_the_screen_to_the_microsecond(tmp_path: Path) -> None:
    story = Story()
    story.opens()
    command = story.begins(1.100001, "x", Terminal())
    story.prints(command, [(n + 0.123457, b"%d\r\n" % n) for n in range(20)])
    story.ends(40, command)
    with BundleRecord(story.bundle(tmp_path / "b"), None) as record:
        line = timeline(record.events())
        stage = Stage(record, line)
        for hit in search(record, line, pattern(r"^\d+$", regex=True)):
            scene = stage.scene(hit.at, line.count_at(hit.at), None, layout(80, 40).pane)
            assert any("".join(text for _, text in shown).strip() == hit.line for shown in scene.picture.lines)


def test_how_a_command_ended_is_told_beside_it(model: Model, show: Show) -> None:
    go(model, "c2")
    model.wanted = 2
    assert "[exit" not in show()[2]
    go(model, "20s")
    model.wanted = 2
    assert "[exit 2]" in show()[2]


def test_a_terminal_larger_than_the_room_is_shown_where_its_cursor_is(model: Model, show: Show) -> None:
    go(model, "20s")
    assert [line.rstrip() for line in show(80, 24) if "last row" in line] == ["last row"]
    go(model, "26s")
    assert any("end" in line for line in show(80, 24)[3:5])


def test_the_list_of_events_follows(model: Model, show: Show) -> None:
    go(model, "c2")
    [now] = [line for line in show() if line.startswith(" >")]
    assert "Command started c2" in now
    assert any(line.startswith("! ") for line in show(200, 50)) is False
    assert "!  0:15.0 Command finished c2: exit 2" in "".join(show(120, 30))


def test_files_until_then(model: Model, show: Show) -> None:
    model.show(Panel.FILES)
    go(model, "14s")
    assert any("0 files changed" in line for line in show())
    go(model, "16s")
    assert any(r" + src/\x1b[2Jx" in line for line in show())
    model.show(Panel.FILES)
    assert model.panel is Panel.EVENTS


def test_the_bar_shows_what_happened_where() -> None:
    story = Story()
    story.opens()
    story.runs(25, "a", until=50, code=1)
    story.runs(100, "b", until=100)
    bar = Bar(timeline(story.rows))

    assert "".join(text for _, text in bar.drawn(10, 20)) == "━━█──|────!────────|"
    assert "".join(text for _, text in bar.drawn(60, 20, [Hit(80, 1, "x")])) == "━━━━━|━━━━!━█───^──|"
    assert "".join(text for _, text in Bar(timeline(story.rows[:1])).drawn(0, 5)) == "█────"


def test_stepping_goes_event_by_event_and_stops_at_the_ends(model: Model) -> None:
    model.clock.playing = True
    model.step(1)
    assert (model.count, model.clock.at, model.clock.playing) == (1, 0, False)
    for _ in range(20):
        model.step(1)
    assert (model.count, model.clock.at) == (len(model.line.items), 30)
    model.step(-1)
    assert model.count == len(model.line.items) - 1


def test_commands_forth_and_back(model: Model) -> None:
    seen: list[tuple[float, int]] = []
    for by in (1, 1, 1, -1, -1):
        model.to_command(by)
        seen.append((model.clock.at, model.wanted))
    assert seen == [(10, 1), (12, 2), (12, 2), (10, 1), (10, 1)]
    assert model.message == "There is no earlier command."


def test_playing_goes_on_from_the_start_when_it_was_at_its_end(model: Model, show: Show) -> None:
    go(model, "end")
    model.toggle()
    assert (model.clock.at, model.clock.playing) == (0, True)
    show()
    model.advance(0.5)
    assert model.clock.at == 0.5


def test_idle_time_is_skipped_to_the_next_output_as_well_as_to_the_next_event(model: Model, show: Show) -> None:
    go(model, "17s")
    model.clock.idle, model.clock.playing = 1, True
    show()
    model.advance(1)
    assert model.clock.at == 25
    show()
    model.advance(1)
    assert model.clock.at == 30


def test_hits_are_gone_through_even_where_several_are_at_one_moment(model: Model) -> None:
    model.to_hit(1)
    assert model.message == "Search first, with / or r."
    model.hits = [Hit(11, 1, "a"), Hit(13, 2, "b"), Hit(13, 2, "c"), Hit(20, 1, "d")]
    model.to_first_hit()
    told: list[str] = []
    for by in (1, 1, 1, 1, -1, -1, -1, -1):
        model.to_hit(by)
        told.append(model.message)
    assert told == [
        "2 of 4: b", "3 of 4: c", "4 of 4: d", "That was the last one.",
        "3 of 4: c", "2 of 4: b", "1 of 4: a", "That was the first one.",
    ]  # fmt: skip
    model.skip(5)
    model.to_hit(1)
    assert model.message == "4 of 4: d"


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 4, "abc…"),
        ("ああ", 3, "あ…"),
        ("あああ", 4, "あ… "),
        ("", 2, "  "),
        ("a", 0, ""),
    ],
)
def test_lines_are_cut_and_filled(text: str, columns: int, shown: str) -> None:
    assert "".join(part for _, part in fit([("", text)], columns)) == shown


@pytest.mark.parametrize(
    ("start", "columns", "shown", "missing"), [(0, 4, "あb", 1), (1, 3, " b", 1), (2, 1, "b", 0), (9, 3, "", 3)]
)
def test_lines_are_cropped_between_wide_characters(start: int, columns: int, shown: str, missing: int) -> None:
    assert crop([("", "あbい")], start, columns) == ([("", shown)] if shown else [], missing)


async def test_a_key_that_is_pressed_while_the_record_is_read_is_followed_by_a_picture_of_its_own(
    record: BundleRecord, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, may_go_on, scene = threading.Event(), threading.Event(), Stage.scene

    def slow_scene(stage: Stage, at: float, count: int, wanted: int | None, room: Size) -> Scene:
        reads.set()
        assert may_go_on.wait(30)
        return scene(stage, at, count, wanted, room)

    monkeypatch.setattr(Stage, "scene", slow_scene)
    model.clock.playing = False
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        playing = asyncio.create_task(Player(model, record).run())
        await eventually(reads.is_set)
        keys.send_text(".")
        await eventually(lambda: model.count > 0)
        may_go_on.set()

        await eventually(lambda: model.scene.count == model.count)
        keys.send_text("q")
        assert await playing == 0


class Deaf(Player):
    """As by Python 3.11, where what is waited for comes in the moment of the cancellation."""

    async def _play(self) -> None:
        for _ in range(2):
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()


async def test_it_can_be_left_also_where_a_cancellation_is_lost(record: BundleRecord, model: Model) -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("q")
        assert await Deaf(model, record).run() == 0
