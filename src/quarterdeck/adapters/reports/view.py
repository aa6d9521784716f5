"""A report as its page and its text show it: every figure in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from quarterdeck.adapters.reports.charts import BLUE, GREEN, LIGHT_BLUE, RED, TEAL, Chart, Series
from quarterdeck.adapters.reports.words import change, count, day, days, duration, hour, money, percent, plain, short
from quarterdeck.application.report_figures import Figures, ReportContent, Share, TaskLine

GOOD, BAD, NEUTRAL = "good", "bad", "neutral"
NOBODY = {"persona": "no persona", "user": "the server", "model": "unknown", "project": "unknown"}


@dataclass(frozen=True, kw_only=True)
class Tile:
    name: str
    value: str
    more: str
    change: str
    mood: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    name: str
    """Of the image."""
    title: str
    alternative: str
    """What it shows, in words."""
    chart: Chart


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    cells: tuple[str, ...]
    share: int
    """Of the whole, in hundredths: how long its bar is."""


@dataclass(frozen=True, kw_only=True)
class Table:
    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class View:
    title: str
    subject: str
    span: str
    compared: str
    notices: tuple[str, ...]
    tiles: tuple[Tile, ...]
    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]
    footer: tuple[str, ...]


def view_of(content: ReportContent) -> View:
    figures = content.figures
    title = f"{content.cadence.capitalize()} report: {plain(content.scope)}"
    span = days(content.first, content.last)
    return View(
        title=title,
        subject=f"{title}, {span}: {money(figures.totals.cost)}, {_tasks_done(figures)}",
        span=f"{span}, {content.zone}",
        compared=f"Compared with {days(content.before_first, content.before_last)}.",
        notices=tuple(_notices(content)),
        tiles=_tiles(figures),
        pictures=tuple(_pictures(content)),
        tables=tuple(each for each in _tables(figures) if each.rows),
        footer=tuple(_footer(content)),
    )


def _tasks_done(figures: Figures) -> str:
    done = figures.totals.tasks_done
    return f"{count(done)} task{'' if done == 1 else 's'} done"


def _notices(content: ReportContent) -> list[str]:
    notices: list[str] = []
    if not content.complete:
        notices.append("This period is not over yet: these are its figures so far.")
    if content.missed:
        many = "1 report" if content.missed == 1 else f"{content.missed} reports"
        notices.append(
            f"{many} before this one could not be sent when due. Look at any period with "
            f"qd report preview {content.name} --day DATE."
        )
    if unpriced := content.figures.totals.calls_unpriced:
        notices.append(
            f"The cost is without {count(unpriced)} of {count(content.figures.totals.calls)} calls, whose models have "
            "no price."
        )
    return notices


def _tiles(figures: Figures) -> tuple[Tile, ...]:
    now, before = figures.totals, figures.before
    failed = f"{count(now.commands_failed)} failed" if now.commands_failed else "none failed"
    if now.commands_failed:
        failed += f" ({percent(now.commands_failed, now.commands)})"
    lost = f", {count(now.sessions_lost)} lost or failed" if now.sessions_lost else ""
    return (
        _tile("Cost", money(now.cost), f"{count(now.calls)} model calls", now.cost, before.cost),
        _tile(
            "Tokens",
            short(now.tokens.total),
            f"{short(now.tokens.output + now.tokens.reasoning)} of them output",
            now.tokens.total,
            before.tokens.total,
        ),
        _tile(
            "Sessions",
            count(now.sessions_opened),
            f"{count(now.sessions_ended)} ended{lost}",
            now.sessions_opened,
            before.sessions_opened,
        ),
        _tile("Commands", count(now.commands), failed, now.commands, before.commands),
        _tile(
            "Tasks done",
            count(now.tasks_done),
            f"{count(now.tasks_created)} created"
            + (f", {count(now.tasks_reopened)} reopened" if now.tasks_reopened else ""),
            now.tasks_done,
            before.tasks_done,
            better=1,
        ),
        _tile(
            "Lead time",
            duration(now.lead_ms),
            f"{duration(now.cycle_ms)} of work" if now.cycle_ms is not None else "median, from created to done",
            now.lead_ms or 0,
            before.lead_ms or 0,
            better=-1,
            comparable=None not in (now.lead_ms, before.lead_ms),
        ),
    )


def _tile(name: str, value: str, more: str, now: int, before: int, *, better: int = 0, comparable: bool = True) -> Tile:
    """`better`: 1 where more is, -1 where less is."""
    told = change(now, before) if comparable else ""
    better = better * ((now > before) - (now < before))
    return Tile(name=name, value=value, more=more, change=told, mood=(NEUTRAL, GOOD, BAD)[better])


def _pictures(content: ReportContent) -> list[Picture]:
    slots, zone = content.figures.slots, ZoneInfo(content.zone)
    daily = content.first == content.last
    local = [each.begin.astimezone(zone) for each in slots]
    labels = [hour(each) if daily else f"{each:%a} {each.day}" if len(slots) <= 7 else str(each.day) for each in local]
    full = [hour(each) if daily else day(each.date()) for each in local]
    by = "hour" if daily else "day"
    drawn = (
        ("cost", f"Cost by {by}", money, [("cost", BLUE, [each.cost for each in slots])]),
        (
            "tokens",
            f"Tokens by {by}",
            short,
            [
                ("input", BLUE, [each.tokens_input for each in slots]),
                ("from the cache", LIGHT_BLUE, [each.tokens_cached for each in slots]),
                ("output", TEAL, [each.tokens_output for each in slots]),
            ],
        ),
        (
            "commands",
            f"Commands by {by}",
            count,
            [
                ("fine", GREEN, [each.commands - each.commands_failed for each in slots]),
                ("failed", RED, [each.commands_failed for each in slots]),
            ],
        ),
    )
    found: list[Picture] = []
    for name, title, told, series in drawn:
        chart = Chart(
            series=[Series(name=label, colour=colour, values=values) for label, colour, values in series],
            labels=labels,
            told=told,
        )
        if any(any(each.values) for each in chart.series):
            found.append(Picture(name=name, title=title, alternative=_alternative(title, chart, full), chart=chart))
    return found


def _alternative(title: str, chart: Chart, labels: Sequence[str]) -> str:
    """Such as `Cost by day: $3.20 in all, at most $1.20 on Tue 17 Nov`."""
    totals = [sum(values) for values in zip(*(each.values for each in chart.series), strict=True)]
    top = max(range(len(totals)), key=totals.__getitem__)
    parts = [f"{each.name} {chart.told(sum(each.values))}" for each in chart.series] if len(chart.series) > 1 else []
    apart = f" ({', '.join(parts)})" if parts else ""
    return f"{title}: {chart.told(sum(totals))} in all{apart}, at most {chart.told(totals[top])} at {labels[top]}."


def _tables(figures: Figures) -> list[Table]:
    heads = ("Calls", "Tokens", "Cost", "Change")
    with_commands = ("Commands", "Failed", "Tokens", "Cost")
    return [
        Table(title="Projects", heads=with_commands, rows=_rows(figures.projects, "project", _commands)),
        Table(title="Models", heads=heads, rows=_rows(figures.models, "model", _calls)),
        Table(title="Personas", heads=with_commands, rows=_rows(figures.personas, "persona", _commands)),
        Table(title="People", heads=with_commands, rows=_rows(figures.users, "user", _commands)),
        Table(
            title="Tasks",
            heads=("", "Lead time", "Tokens", "Cost"),
            rows=tuple(_task(each, max((one.cost for one in figures.tasks), default=0)) for each in figures.tasks),
        ),
        Table(
            title="How commands failed",
            heads=("Commands",),
            rows=tuple(
                Row(
                    name=plain(how.replace("_", " ")),
                    cells=(count(many),),
                    share=_share(many, figures.totals.commands_failed),
                )
                for how, many in figures.failures
            ),
        ),
        Table(
            title="Alerts",
            heads=("Severity", "Raised", "Open"),
            rows=tuple(
                Row(name=plain(each.name), cells=(each.severity, count(each.raised), count(each.open)), share=0)
                for each in figures.alerts
            ),
        ),
        Table(
            title="Budgets",
            heads=("Spent", "Of", ""),
            rows=tuple(
                Row(
                    name=plain(each.name),
                    cells=(
                        _amount(each.unit, each.spent),
                        _amount(each.unit, each.limit),
                        percent(each.spent, each.limit) if each.limit else "",
                    ),
                    share=_share(each.spent, each.limit),
                )
                for each in figures.budgets
            ),
        ),
    ]


def _amount(unit: str, value: int) -> str:
    return money(value) if unit == "usd" else short(value)


def _rows(shares: Sequence[Share], of: str, cells: Callable[[Share], tuple[str, ...]]) -> tuple[Row, ...]:
    known = [each for each in shares if each.calls or each.commands or each.cost_before]
    if all(not each.name for each in known):
        # nothing is told apart by it
        return ()
    cost, commands = sum(each.cost for each in known), sum(each.commands for each in known)
    return tuple(
        Row(
            name=plain(each.name) or NOBODY[of],
            cells=cells(each),
            share=_share(each.cost, cost) if cost else _share(each.commands, commands),
        )
        for each in known
    )


def _calls(share: Share) -> tuple[str, ...]:
    return (count(share.calls), short(share.tokens), _cost(share), change(share.cost, share.cost_before))


def _commands(share: Share) -> tuple[str, ...]:
    return (count(share.commands), count(share.commands_failed), short(share.tokens), _cost(share))


def _cost(share: Share) -> str:
    return "unknown" if share.calls and share.calls == share.calls_unpriced else money(share.cost)


def _task(task: TaskLine, largest: int) -> Row:
    return Row(
        name=f"T-{task.number} {plain(task.title)}",
        cells=(
            "✓ done" if task.done else plain(task.status.replace("_", " ")),
            duration(task.lead_ms) if task.done else "",
            short(task.tokens) if task.tokens else "",
            money(task.cost) if task.cost else "",
        ),
        share=_share(task.cost, largest),
    )


def _share(part: int, whole: int) -> int:
    return max(0, min(100, round(part * 100 / whole))) if whole > 0 else 0


def _footer(content: ReportContent) -> list[str]:
    if not content.name:
        return ["A preview. qd report set NAME has it sent."]
    by = f" by {content.url}" if content.url else ""
    return [
        f"Report {content.name}, sent{by}.",
        f"See its deliveries with qd report list, end it with qd report remove {content.name}.",
    ]
