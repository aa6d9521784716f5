"""The player's screen, as lines of styled text: a function of what the player is at, and of the terminal's size."""

from quarterdeck.audit.player.bar import Bar
from quarterdeck.audit.player.layout import Layout
from quarterdeck.audit.player.lines import Line, beside, crop, fit, stacked, styled
from quarterdeck.audit.player.model import Model, Panel
from quarterdeck.audit.player.panels import panel
from quarterdeck.audit.replay.labels import clock, cut
from quarterdeck.audit.replay.screen import Picture, Size
from quarterdeck.audit.replay.timeline import Run
from quarterdeck.audit.words import outcome

CLOCK_FROM = 80
"""Columns."""
SHORT_HELP = " space play  ←→ seek  , . event  p n command  [ ] speed  i idle  g go  / search  f files  ? help  q quit"


def drawn(model: Model, bar: Bar, sizes: Layout) -> list[Line]:
    lines = [
        _top(model, sizes.columns),
        bar.drawn(model.clock.at, sizes.columns, model.hits),
        _tabs(model, sizes.columns),
    ]
    pane, side = (
        _pane(model, sizes.pane),
        stacked(panel(model, sizes.panel.rows), sizes.panel.columns, sizes.panel.rows),
    )
    if model.panel is Panel.HELP and not sizes.beside:
        lines += stacked(panel(model, 0), sizes.columns, sizes.rows - len(lines) - 1)
    elif sizes.beside:
        lines += beside(pane, side, "│")
    else:
        lines += [*pane, [("dim", "─" * sizes.columns)], *side]
    return [*(fit(line, sizes.columns) for line in lines), _bottom(model, sizes.columns)]


def _top(model: Model, columns: int) -> Line:
    state = "…" if model.busy else "▶" if model.clock.playing else "■" if model.clock.at >= model.clock.end else "‖"
    time = f"{clock(model.clock.at)} / {clock(model.clock.end)}"
    told = f" {state} {time}  event {model.count:,} of {len(model.line.items):,}"
    if columns >= CLOCK_FROM:
        told += f"  {model.moment.astimezone():%H:%M:%S}"
    speed = f"  x{model.clock.speed:g}" + ("" if model.clock.idle is None else f"  idle {model.clock.idle:g} s")
    room = columns - len(told) - len(speed) - 3
    title = cut(model.title, room) if room > 8 else ""
    return styled(fit([("bold", told), ("", speed), ("", f"  {title}")], columns), "reverse")


def _tabs(model: Model, columns: int) -> Line:
    tabs = model.tabs
    if not tabs:
        return [("dim", " No command has started yet.")]
    room = columns if len(tabs) == 1 else max(16, columns // len(tabs))
    return [part for run in tabs for part in _tab(model, run, room)]


def _tab(model: Model, run: Run, room: int) -> Line:
    """What it is, and how it ended where it has. Two lines of a command are told as one."""
    style = "reverse bold" if run is model.scene.shown and len(model.tabs) > 1 else "bold"
    ended = run.outcome if run.ended is not None and model.clock.at >= run.ended else None
    told = f"[{cut(outcome(ended), 24)}]" if ended else ""
    head = fit([("", f" c{run.number} {cut(run.text, room)}")], max(8, room - len(told) - 1))
    text = "".join(part for _, part in head).rstrip()
    return [(style, f"{text} "), ("ansired" if run.failed else "ansigreen", told)]


def _pane(model: Model, size: Size) -> list[Line]:
    scene = model.scene
    if scene.shown is None:
        return stacked([], size.columns, size.rows)
    picture = scene.picture
    top = max(0, min(picture.row - size.rows + 1, len(picture.lines) - size.rows))
    left = max(0, picture.column - size.columns + 1) if picture.size.columns > size.columns else 0
    lines = [_row(picture, top + n, left, size.columns, cursor=_has_cursor(model)) for n in range(size.rows)]
    return stacked(lines, size.columns, size.rows)


def _has_cursor(model: Model) -> bool:
    run = model.scene.shown
    return run is not None and run.terminal is not None and run.runs_at(model.clock.at)


def _row(picture: Picture, row: int, left: int, columns: int, *, cursor: bool) -> Line:
    line = list(picture.lines[row]) if row < len(picture.lines) else []
    if cursor and row == picture.row:
        line = _with_cursor(line, picture.column)
    return crop(line, left, columns)[0]


def _with_cursor(line: Line, column: int) -> Line:
    before, missing = crop(line, 0, column)
    at, empty = crop(line, column, 1)
    after, _ = crop(line, column + 1, 2000)
    return [*before, ("", " " * missing), *styled(at or [("", " " * max(empty, 1))], "reverse"), *after]


def _bottom(model: Model, columns: int) -> Line:
    if model.message:
        return fit([("bold", f" {cut(model.message, 300)}")], columns)
    return fit([("dim", SHORT_HELP)], columns)
