"""A report's figures as CSV (RFC 4180), for spreadsheets: no cell is taken for a formula."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from io import StringIO

from quarterdeck.adapters.reports.words import dollars, plain
from quarterdeck.application.ports.delivery import MailPart
from quarterdeck.application.report_figures import Figures, ReportContent, Share, Totals

LONGEST_CELL = 300
_MONEY = frozenset(("cost", "cost_before"))
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheets(content: ReportContent) -> tuple[MailPart, ...]:
    figures = content.figures
    made = {
        "totals.csv": _sheet(("figure", "value", "before"), _totals(figures.totals, figures.before)),
        "times.csv": _records([{"begin": each.begin.isoformat(), **_amounts(each)} for each in figures.slots]),
        "shares.csv": _records([{"of": of, "name": each.name, **_amounts(each)} for of, each in _shares(figures)]),
        "tasks.csv": _records([_amounts(each, all_fields=True) for each in figures.tasks]),
    }
    return tuple(MailPart(name=name, media_type="text/csv", content=data) for name, data in made.items() if data)


def _totals(now: Totals, before: Totals) -> Iterable[tuple[object, ...]]:
    for name, value in _flat(now).items():
        yield (
            (f"{name}_usd", dollars(value or 0), dollars(_flat(before)[name] or 0))
            if name in _MONEY
            else (
                name,
                value,
                _flat(before)[name],
            )
        )


def _flat(totals: Totals) -> dict[str, int | None]:
    told = asdict(totals)
    tokens = told.pop("tokens")
    return told | {f"tokens_{name}": value for name, value in tokens.items()}


def _shares(figures: Figures) -> Iterable[tuple[str, Share]]:
    for of, shares in (
        ("model", figures.models),
        ("persona", figures.personas),
        ("user", figures.users),
        ("project", figures.projects),
    ):
        for each in shares:
            yield of, each


def _amounts(record: object, *, all_fields: bool = False) -> dict[str, object]:
    fields: dict[str, object] = vars(record) if not hasattr(record, "__slots__") else {}
    return {
        f"{name}_usd" if name in _MONEY else name: dollars(int(str(value))) if name in _MONEY else value
        for name, value in fields.items()
        if all_fields or name not in {"name", "begin"}
    }


def _records(records: Sequence[dict[str, object]]) -> bytes:
    return _sheet(tuple(records[0]), (tuple(each.values()) for each in records)) if records else b""


def _sheet(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(head)
    writer.writerows([_cell(each) for each in row] for row in rows)
    return written.getvalue().encode()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    shown = plain(value, LONGEST_CELL)
    return f"'{shown}" if shown.startswith(_BEGINS_FORMULA) else shown
