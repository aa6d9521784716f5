"""A report as mail, page, text, CSV and JSON: what it tells, and that names from outside do no harm in any of them."""

import csv
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from PIL import Image
from tests.support.reports import HOSTILE, MONDAY, content, figures

from quarterdeck.adapters.reports import words
from quarterdeck.adapters.reports.charts import round_up
from quarterdeck.adapters.reports.renderer import MailRenderer
from quarterdeck.application.ports.reports import Rendered
from quarterdeck.application.report_figures import Figures, ReportContent, Share, Slot, TaskLine

HIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def renderer() -> MailRenderer:
    return MailRenderer()


def sheet(rendered: Rendered, name: str) -> list[list[str]]:
    found = next(each for each in rendered.sheets if each.name == name)
    return list(csv.reader(StringIO(found.content.decode())))


def test_it_tells_what_happened_and_how_that_compares(renderer: MailRenderer) -> None:
    rendered = renderer.render(content())

    assert rendered.subject == "Weekly report: engine, Mon 16 \N{EN DASH} Sun 22 Nov 2026: $16.47, 6 tasks done"
    for part in (rendered.text, rendered.html):
        for told in (
            *("$16.47", "▲ 17 %", "38 failed (13 %)", "2 d 4 h", "T-17 Take the lock", "timed out", "unknown"),
            *("Europe/Berlin", "17 of 1,204 calls", "https://deck.example.org", "61 %", "too many failures"),
        ):
            assert told in part, told
    assert "$14.10" in rendered.text


def test_images_stand_in_the_mail_by_name_in_the_page_as_themselves_and_are_told_in_words(
    renderer: MailRenderer,
) -> None:
    rendered = renderer.render(content())

    assert re.findall(r'src="([^"]+)"', rendered.html) == ["cid:cost.png", "cid:tokens.png", "cid:commands.png"]
    assert all(each.startswith("data:image/png;base64,") for each in re.findall(r'src="([^"]+)"', rendered.page))
    alternatives = re.findall(r'alt="([^"]+)"', rendered.html)
    assert alternatives[0] == "Cost by day: $16.47 in all, at most $5.05 at Thu 19 Nov."
    for image in rendered.images:
        with Image.open(BytesIO(image.content)) as opened:
            assert (opened.format, opened.size) == ("PNG", (1200, 380))


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(renderer: MailRenderer) -> None:
    rendered = renderer.render(content(HOSTILE, HOSTILE))
    for page in (rendered.html, rendered.page):
        assert not re.search(r"<(script|link|iframe|object|form|base)|javascript:|url\(|\son\w+=", page.lower())
        assert not re.search(r'(src|href|background)="https?:', page)


def test_names_from_outside_are_text_and_nothing_else_everywhere(renderer: MailRenderer) -> None:
    told = content(HOSTILE, HOSTILE)
    told = replace(told, figures=replace(told.figures, models=(Share(name="=cmd|' /C calc'!A0", calls=1, cost=1),)))
    rendered = renderer.render(told)

    assert "<script>" not in rendered.html
    assert "&lt;script&gt;" in rendered.html
    for part in (rendered.html, rendered.text, rendered.subject):
        assert not HIDDEN.search(part)
    assert "\n" not in rendered.subject
    shares = sheet(rendered, "shares.csv")
    assert ["model", "'=cmd|' /C calc'!A0"] in [row[:2] for row in shares]
    for each in rendered.sheets:
        for row in csv.reader(StringIO(each.content.decode())):
            assert not any(cell.startswith(("=", "+", "@", "\t")) for cell in row)


def test_the_largest_report_weighs_less_than_300_kilobytes(renderer: MailRenderer) -> None:
    long = "W" * 500
    shares = tuple(Share(name=f"{n}{long}", calls=10**9, tokens=10**15, cost=10**15, commands=10**6) for n in range(8))
    task = TaskLine(project=long, number=10**9, title=long, status="in_progress", done=False, cost=10**13)
    slots = tuple(
        Slot(
            begin=MONDAY + timedelta(days=n),
            cost=10**12 * (n * 7 % 31 + 1),
            tokens_input=10**9 * (n * 11 % 31),
            tokens_cached=10**9 * n,
            tokens_output=10**8 * n,
            commands=1000 * n,
            commands_failed=100 * n,
        )
        for n in range(31)
    )
    many = replace(
        figures(), slots=slots, models=shares, personas=shares, users=shares, projects=shares, tasks=(task,) * 10
    )
    rendered = renderer.render(replace(content(long, long), figures=many, last=date(2026, 12, 16)))

    parts = [
        rendered.html.encode(),
        rendered.text.encode(),
        *(each.content for each in rendered.images + rendered.sheets),
    ]
    # base64 takes a third more
    assert sum(map(len, parts)) * 4 / 3 < 300_000
    assert len(rendered.subject) < 200
    assert max(map(len, rendered.text.splitlines())) < 130


def test_where_nothing_happened_that_is_said_without_pictures(renderer: MailRenderer) -> None:
    rendered = renderer.render(replace(content(), figures=Figures()))

    assert rendered.images == ()
    assert "$0.00" in rendered.text
    assert "0 tasks done" in rendered.subject


def test_a_day_has_its_hours(renderer: MailRenderer) -> None:
    slots = tuple(Slot(begin=MONDAY + timedelta(hours=n), cost=n * 10**8, commands=1) for n in range(24))
    day: ReportContent = replace(
        content(),
        cadence="daily",
        last=date(2026, 11, 16),
        until=MONDAY + timedelta(days=1),
        figures=replace(figures(), slots=slots),
    )
    rendered = renderer.render(day)

    assert "COST BY HOUR" in rendered.text
    assert "at most $2.30 at 23:00." in rendered.text
    assert "· ▁ ▁" in rendered.text


def test_what_was_missed_and_what_is_not_over_is_said(renderer: MailRenderer) -> None:
    assert "1 report before this one could not be sent" in renderer.render(content(missed=1)).text
    assert "not over yet" in renderer.render(replace(content(), complete=False)).html


def test_programs_get_the_figures_as_they_are(renderer: MailRenderer) -> None:
    rendered = renderer.render(content())
    told: dict[str, Any] = json.loads(rendered.payload)

    assert told["type"] == "report"
    assert told["data"]["report"]["first"] == "2026-11-16"
    assert told["data"]["figures"]["totals"]["cost"] == 16_470_000_000
    assert told["data"]["units"]["cost"] == "nano-dollars"
    assert ["cost_usd", "16.47", "14.12"] in sheet(rendered, "totals.csv")
    assert sheet(rendered, "times.csv")[1][:2] == ["2026-11-15T23:00:00+00:00", "2.1"]
    assert sheet(rendered, "tasks.csv")[1][1:3] == ["17", "Take the lock before the cache is read"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (words.money(0), "$0.00"),
        (words.money(4_200_000), "$0.0042"),
        (words.money(1_234_567_890_000), "$1,234.57"),
        (words.money(40), "< $0.0001"),
        (words.short(9_999), "9,999"),
        (words.short(12_345), "12.3 k"),
        (words.short(999_600), "1.0 M"),
        (words.short(123_400_000), "123 M"),
        (words.duration(1_500), "1.5 s"),
        (words.duration(59_990), "60 s"),
        (words.duration(3_600_000), "1 h"),
        (words.duration(7_380_000), "2 h 3 min"),
        (words.duration(259_200_000), "3 d"),
        (words.change(112, 100), "▲ 12 %"),
        (words.change(50, 100), "▼ 50 %"),
        (words.change(7, 0), "new"),
        (words.change(0, 0), ""),
        (words.change(5, 5), "= as before"),
        (words.change(5000, 100), "▲ \N{MULTIPLICATION SIGN} 50"),
        (words.percent(1, 1000), "< 1 %"),
        (words.days(date(2026, 12, 28), date(2027, 1, 3)), "Mon 28 Dec 2026 \N{EN DASH} Sun 3 Jan 2027"),
        (words.plain("a\nb\x00c"), "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"),
    ],
)
def test_figures_in_words(told: str, expected: str) -> None:
    assert told == expected


@pytest.mark.parametrize("largest", [0, 1, 3, 4, 91, 5_050_000_000, 10**18])
def test_an_axis_ends_at_a_round_number_not_far_above(largest: int) -> None:
    top = round_up(largest)
    assert top >= max(largest, 3)
    assert top <= max(3, largest * 3)
