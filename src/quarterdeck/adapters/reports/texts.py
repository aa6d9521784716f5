"""A report as plain text: for mail programs without HTML, and for terminals."""

from collections.abc import Sequence
from itertools import zip_longest

from quarterdeck.adapters.reports.charts import Chart
from quarterdeck.adapters.reports.view import Picture, Table, View

WIDTH = 78
BAR = 36
SPARKS = "▁▂▃▄▅▆▇█"
FEW = 7
"""Bars that are shown one a line; more are one line of small ones."""


def text_of(view: View) -> str:
    lines = [view.title, view.span, view.compared, ""]
    for notice in view.notices:
        lines += [f"! {notice}", ""]
    lines += _tiles(view)
    for picture in view.pictures:
        lines += ["", picture.title.upper(), *_picture(picture)]
    for table in view.tables:
        lines += ["", *_table(table)]
    lines += ["", "—", *view.footer]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _tiles(view: View) -> list[str]:
    value = max(len(each.value) for each in view.tiles)
    changed = max(len(each.change) for each in view.tiles)
    return [f"{each.name:<12}{each.value:>{value}}  {each.change:<{changed}}  {each.more}" for each in view.tiles]


def _picture(picture: Picture) -> list[str]:
    chart = picture.chart
    totals = [sum(values) for values in zip(*(each.values for each in chart.series), strict=True)]
    if len(totals) > FEW:
        return [_sparks(totals), _axis(chart, len(totals)), picture.alternative.partition(": ")[2]]
    label = max(len(each) for each in chart.labels)
    return [
        f"{name:<{label}}  {_bar(total, max(totals)):<{BAR}}  {chart.told(total)}"
        for name, total in zip(chart.labels, totals, strict=True)
    ]


def _sparks(totals: Sequence[int]) -> str:
    top = max(totals)
    return " ".join(SPARKS[min(len(SPARKS) - 1, each * len(SPARKS) // top)] if each else "·" for each in totals)


def _axis(chart: Chart, bars: int) -> str:
    first, last = chart.labels[0], chart.labels[-1]
    return f"{first}{' ' * max(1, 2 * bars - 1 - len(first) - len(last))}{last}"


def _bar(value: int, top: int) -> str:
    """In eighths of a character."""
    eighths = round(value * BAR * 8 / top) if top else 0
    if value and not eighths:
        eighths = 1
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]


def _table(table: Table) -> list[str]:
    widths = [
        max(len(each) for each in column)
        for column in zip_longest(table.heads, *(row.cells for row in table.rows), fillvalue="")
    ]
    name = max(12, min(max(len(row.name) for row in table.rows), WIDTH - sum(widths) - 2 * len(widths)))
    head = [table.title.upper().ljust(name), *(f"{h:>{w}}" for h, w in zip(table.heads, widths, strict=True))]
    lines = ["  ".join(head)]
    for row in table.rows:
        shown = row.name if len(row.name) <= name else f"{row.name[: name - 1]}…"
        lines.append("  ".join([shown.ljust(name), *(f"{c:>{w}}" for c, w in zip(row.cells, widths, strict=True))]))
    return lines
