"""`make bench`: runs the benchmarks one after another and writes `benchmarks/RESULTS.md`.

`python -m benchmarks append chain` runs only these, and keeps the other tables as they are.
"""

import argparse
import asyncio
import importlib
import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.row import Row

BENCHMARKS = (
    *("append", "projections", "search", "usage", "budgets", "jail", "docker_jail", "workspace", "snapshots"),
    *("gateway", "chain", "task_files", "task_sync", "tracing"),
)
RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = """\
# Results

Made by `make bench`; do not edit. Each figure stands beside its peer, measured in the same run on the same machine, so
it is the ratio that counts. Embedded PostgreSQL, `fsync` and `synchronous_commit` on. Where a limit is not kept,
[Where the time goes](../docs/reference/performance.md) says why, and what would change it.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}; default: all")
    names: list[str] = parser.parse_args().names
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    tables = _read_tables()
    for name in names or BENCHMARKS:
        sys.stdout.write(f"\n== {name}\n")
        rows: Sequence[Row] = asyncio.run(importlib.import_module(f"benchmarks.{name}").run())
        tables[name] = _table(name, rows)
        sys.stdout.write(tables[name])
        RESULTS.write_text(HEAD + "".join(f"\n{tables[each]}" for each in BENCHMARKS if each in tables))
    return 0


def _read_tables() -> dict[str, str]:
    text = RESULTS.read_text() if RESULTS.exists() else ""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    return {part.split()[1]: part.rstrip() + "\n" for part in parts}


def _table(name: str, rows: Sequence[Row]) -> str:
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    load = os.getloadavg()[0]
    machine = (
        f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}"
    )
    lines = [
        f"## {name}",
        "",
        f"{when}; {machine}; load before: {load:.1f}",
        "",
        "| what | figure | peer | its figure | ratio | limit | kept |",
        "|---|---:|---|---:|---:|---|---|",
        *map(_line, rows),
        "",
    ]
    return "\n".join(lines)


def _line(row: Row) -> str:
    peer = f"{row.peer_value:,.4g} {row.unit}" if row.peer_value is not None else ""
    ratio = f"{row.value / row.peer_value:.2f}" if row.peer_value else ""
    kept = {True: "yes", False: "**no**", None: ""}[row.met]
    limit = row.limit.replace("|", "\\|")
    return f"| {row.name} | {row.value:,.4g} {row.unit} | {row.peer} | {peer} | {ratio} | {limit} | {kept} |"


if __name__ == "__main__":
    sys.exit(main())
