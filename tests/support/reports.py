"""A report with something in every part of it."""

from datetime import UTC, date, datetime, timedelta

from quarterdeck.application.report_figures import (
    AlertLine,
    BudgetLine,
    Figures,
    ReportContent,
    Share,
    Slot,
    TaskLine,
    Tokens,
    Totals,
)

MONDAY = datetime(2026, 11, 15, 23, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>\x1b[31m\u202e=1+1'


def figures(name: str = "claude-sonnet-4-5") -> Figures:
    slots = tuple(
        Slot(
            begin=MONDAY + timedelta(days=n),
            cost=cost * 10**7,
            tokens_input=cost * 900,
            tokens_cached=cost * 4000,
            tokens_output=cost * 300,
            commands=commands,
            commands_failed=commands // 7,
        )
        for n, (cost, commands) in enumerate([(210, 40), (340, 61), (120, 22), (505, 90), (460, 71), (0, 0), (12, 3)])
    )
    return Figures(
        totals=Totals(
            sessions_opened=31,
            sessions_ended=29,
            sessions_lost=2,
            commands=287,
            commands_failed=38,
            command_ms=4_200_000,
            calls=1204,
            calls_unpriced=17,
            tokens=Tokens(
                input=1_482_300, cache_read=6_588_000, cache_creation=91_000, output=494_100, reasoning=12_000
            ),
            cost=16_470_000_000,
            tasks_created=9,
            tasks_done=6,
            tasks_dropped=1,
            tasks_reopened=1,
            lead_ms=187_200_000,
            cycle_ms=22_500_000,
        ),
        before=Totals(
            sessions_opened=28,
            commands=301,
            commands_failed=22,
            calls=1100,
            tokens=Tokens(input=1_400_000, cache_read=6_000_000, output=450_000),
            cost=14_120_000_000,
            tasks_done=4,
            lead_ms=241_200_000,
        ),
        slots=slots,
        models=(
            Share(name=name, calls=900, tokens=7_100_000, cost=14_100_000_000, cost_before=12_000_000_000),
            Share(name="gpt-5-mini", calls=287, tokens=1_400_000, cost=2_370_000_000, cost_before=2_120_000_000),
            Share(name="a-model-of-ours", calls=17, calls_unpriced=17, tokens=60_000),
        ),
        personas=(
            Share(name="fixer", calls=800, tokens=6_000_000, cost=12_000_000_000, commands=200, commands_failed=31),
            Share(name="", calls=404, tokens=2_500_000, cost=4_470_000_000, commands=87, commands_failed=7),
        ),
        users=(
            Share(name="ada", calls=900, tokens=7_000_000, cost=13_000_000_000, commands=220, commands_failed=30),
            Share(name="grace", calls=304, tokens=1_600_000, cost=3_470_000_000, commands=67, commands_failed=8),
        ),
        failures=(("failed", 30), ("timed_out", 5), ("out_of_memory", 3)),
        tasks=(
            TaskLine(
                project="engine",
                number=17,
                title="Take the lock before the cache is read",
                status="done",
                done=True,
                lead_ms=187_200_000,
                cost=5_130_000_000,
                tokens=2_300_000,
            ),
            TaskLine(
                project="engine",
                number=21,
                title=f"Say why a migration waits {name}",
                status="in_progress",
                done=False,
                cost=2_900_000_000,
                tokens=1_200_000,
            ),
            TaskLine(project="engine", number=19, title="Typo", status="done", done=True, lead_ms=5_400_000),
        ),
        alerts=(AlertLine(project="engine", name="too many failures", severity="warning", raised=3, open=1),),
        budgets=(
            BudgetLine(project="engine", name="engine, a month", unit="usd", spent=61 * 10**9, limit=100 * 10**9),
        ),
    )


def content(name: str = "claude-sonnet-4-5", scope: str = "engine", missed: int = 0) -> ReportContent:
    return ReportContent(
        name="weekly",
        scope=scope,
        cadence="weekly",
        zone="Europe/Berlin",
        first=date(2026, 11, 16),
        last=date(2026, 11, 22),
        since=MONDAY,
        until=MONDAY + timedelta(days=7),
        before_first=date(2026, 11, 9),
        before_last=date(2026, 11, 15),
        figures=figures(name),
        missed=missed,
        url="https://deck.example.org",
    )
