"""qd usage export: usage as CSV or Parquet."""

import hashlib
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import IO, Annotated, Any
from urllib.parse import quote, urlencode

import typer

from quarterdeck_cli import resolve
from quarterdeck_cli.command_line import Json, ProjectName, closed_output
from quarterdeck_cli.commands.usage import BY_DEFAULT
from quarterdeck_cli.commands.usage_dashboards import PERCENTS, TIMES, Cohorts, Percents, RankedBy, Rankings, Way
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.files import target
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, size
from quarterdeck_cli.times import moment
from quarterdeck_cli.usage_words import (
    By,
    Measures,
    OfModel,
    OfPersona,
    OfSession,
    OfTask,
    Since,
    Until,
    Wanted,
    filters_of,
)


class Exported(StrEnum):
    SERIES = "series"
    TOP = "top"
    PERCENTILES = "percentiles"
    FUNNEL = "funnel"
    FACTS = "facts"


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


What = Annotated[
    Exported, typer.Argument(help="series: sums by time; top, percentiles, funnel: as their commands; facts: each.")
]
As = Annotated[Format | None, typer.Option("--format", help="By the name of the file, else csv.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; standard output by default.")
]
MEASURES: dict[Exported, Sequence[Measures]] = {
    Exported.SERIES: BY_DEFAULT,
    Exported.TOP: (Measures.COST,),
    Exported.PERCENTILES: TIMES,
    Exported.FUNNEL: (),
    Exported.FACTS: (),
}
"""By default. No measure of facts: all of them."""
FILTERS = {"tasks": "task", "sessions": "session", "personas": "persona", "models": "model"}


async def export_usage(
    qd: Qd,
    what: What,
    *,
    form: As = None,
    output: Output = None,
    measure: Wanted = None,
    by: By = None,
    bucket: Cohorts = None,
    percentile: Percents = None,
    rank: RankedBy = Rankings.TOTAL,
    step: Way = None,
    since: Since = "7d",
    until: Until = None,
    task: OfTask = None,
    session: OfSession = None,
    persona: OfPersona = None,
    model: OfModel = None,
    project: ProjectName = None,
    as_json: Json = False,
) -> int:
    """Write usage to a file, for spreadsheets and programs: CSV, or Parquet with types.

    Costs are whole nano-dollars, times UTC. In CSV, text that a spreadsheet would run as a formula has an apostrophe
    before it.
    """
    chosen = form or _form_of(output)
    narrowed = [*(measure or ()), *(task or ()), *(session or ()), *(persona or ()), *(model or ())]
    _check(what, chosen, output, by, bucket, percentile, rank, step, narrowed, as_json=as_json)
    client = await qd.client()
    filters = await filters_of(client, project, task=task, session=session, persona=persona, model=model)
    asked: dict[str, Any] = {
        "from": moment(since, ago=True),
        "to": moment(until or "0h", ago=True),
        "measure": [each.value for each in measure or MEASURES[what]],
        **{FILTERS[name]: values for name, values in (filters or {}).items()},
        **_shape(what, by, bucket, percentile, rank, step),
    }
    project_id = await resolve.project_or_here(client, project)
    path = f"/usage/{quote(project_id, safe='')}/{what}.{chosen}?{urlencode(asked, doseq=True)}"
    try:
        with target(output) as file, qd.out.status("Exporting …") as say:
            sha256, length = await _copy(client.download(path), file, say)
    except BrokenPipeError:
        return closed_output()
    if as_json:
        qd.out.json({"format": chosen, "output": str(output), "bytes": length, "sha256": sha256})
    elif output is not None:
        qd.out.note(f"Wrote {plain(str(output))}: {size(length)}, SHA-256 {sha256}.")
    return ExitCode.OK


def _form_of(output: Path | None) -> Format:
    return Format.PARQUET if output and output.suffix.lower() in {".parquet", ".pq"} else Format.CSV


def _check(
    what: Exported,
    form: Format,
    output: Path | None,
    by: Sequence[object] | None,
    bucket: object,
    percentile: object,
    rank: Rankings,
    step: object,
    narrowed: Sequence[object],
    *,
    as_json: bool,
) -> None:
    shaped = {
        "--by": by and what in {Exported.FACTS, Exported.FUNNEL},
        "--bucket": bucket and what not in {Exported.SERIES, Exported.PERCENTILES, Exported.FUNNEL},
        "--percentile": percentile and what is not Exported.PERCENTILES,
        "--step": step and what is not Exported.FUNNEL,
        "--measure, --task, --session, --persona or --model": narrowed and what is Exported.FUNNEL,
        "--rank": rank is not Rankings.TOTAL and what is not Exported.TOP,
    }
    if wrong := [option for option, said in shaped.items() if said]:
        raise UsageError(f"{what} have no {' and no '.join(wrong)}.", "Leave it out; see `qd usage export --help`.")
    if output is None and as_json:
        raise UsageError("The content and JSON cannot both go to standard output.", "Name a file with --output.")
    if output is None and form is Format.PARQUET and sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal.", "Name a file with --output, or ask for --format csv.")


def _shape(
    what: Exported,
    by: Sequence[StrEnum] | None,
    bucket: StrEnum | None,
    percentile: Sequence[float] | None,
    rank: Rankings,
    step: Sequence[StrEnum] | None,
) -> dict[str, Any]:
    shape: dict[str, Any] = {"by": [each.value for each in by or ()], "bucket": bucket.value if bucket else []}
    match what:
        case Exported.TOP:
            shape |= {"by": shape["by"] or ["model"], "ranking": rank.value}
        case Exported.PERCENTILES:
            shape |= {"percentile": sorted(set(percentile or PERCENTS))}
        case Exported.FUNNEL:
            shape |= {"step": [each.value for each in step or ()]}
        case _:
            pass
    return shape


async def _copy(parts: AsyncGenerator[bytes], file: IO[bytes], say: Callable[[str], None]) -> tuple[str, int]:
    """The SHA-256 and the length of what was written."""
    digest, length, began = hashlib.sha256(), 0, monotonic()
    async with aclosing(parts) as given:
        async for part in given:
            digest.update(part)
            length += len(part)
            file.write(part)
            rate = length / max(monotonic() - began, 0.001)
            say(f"Exporting … {size(length)}, {size(round(rate))}/s")
    file.flush()
    return digest.hexdigest(), length
