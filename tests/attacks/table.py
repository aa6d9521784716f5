"""The parts of docs/security.md that are made from the code: the filter's calls, and every attack with its results."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from tests.attacks.script import HERE, Expectation, Script, everything

from quarterdeck.jail import seccomp
from quarterdeck.jail.shim import bounds

PAGE = HERE.parents[1] / "docs" / "security.md"
RESULTS = HERE / "results.json"
COLUMNS = {"bubblewrap": "bubblewrap", "docker": "Docker", "gvisor": "gVisor"}
Results = Mapping[str, Mapping[str, str]]
"""By driver and script's id: `held`, or why it was not tried."""
KINDS = {
    "mounts": "Mounts",
    "links": "Links",
    "devices": "Devices and terminals",
    "namespaces": "Namespaces and users",
    "processes": "Other processes",
    "proc": "/proc, /sys and control groups",
    "calls": "System calls",
    "sockets": "Sockets",
    "network": "Network",
    "proxy": "The egress proxy",
    "secrets": "Secrets and other sessions",
    "bombs": "Exhaustion",
    "daemons": "Outliving the command",
    "host": "The host that reads the workspace",
}
WORDS = {Expectation.FAILS: "fails", Expectation.ABSENT: "finds nothing", Expectation.BOUNDED: "bounded"}


def stored() -> Results:
    return json.loads(RESULTS.read_text())  # type: ignore[no-any-return]


def current(page: str, results: Results) -> str:
    """The page with its generated parts made anew."""
    parts = {"filter": filter_tables(), "masks": masks(), "attacks": attack_tables(results)}
    for name, lines in parts.items():
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _, rest = page.partition(start)
        page = "".join((before, start, "\n\n", "\n".join(lines), "\n\n", end, rest.partition(end)[2]))
    return page


def filter_tables() -> Iterator[str]:
    yield from ("| refused | why |", "|---|---|")
    for reason, calls in seccomp.WHY_DENIED:
        yield f"| {_code(calls)} | {reason} |"
    for call, reason in seccomp.WHY_ABSENT.items():
        yield f"| `{call}` (as if the kernel had it not) | {reason} |"
    yield from ("", "| call | what of it is allowed | why |", "|---|---|---|")
    for call, (allowed, reason) in seccomp.WHY_CHECKED.items():
        yield f"| `{call}` | {allowed} | {reason} |"


def masks() -> Iterator[str]:
    yield f"Files that cannot be opened: {_code(bounds.MASKED_FILES)}."
    yield f"Folders that are empty: {_code(bounds.MASKED_FOLDERS)}."


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def attack_tables(results: Results) -> Iterator[str]:
    scripts = everything()
    yield f"{len(scripts)} attacks, of which {sum(not s.control.startswith('none') for s in scripts)} have a control."
    by_kind = {kind: list(group) for kind, group in groupby(scripts, lambda script: script.kind)}
    for kind, title in KINDS.items():
        columns = " | ".join(COLUMNS.values())
        yield from ("", f"### {title}", "", f"| attack | it tries | {columns} | control |", "|---|---|---|---|---|---|")
        yield from (_row(script, results) for script in by_kind[kind])


def _row(script: Script, results: Results) -> str:
    cells = " | ".join(_cell(script, driver, results.get(driver, {}).get(script.id)) for driver in COLUMNS)
    control = "none" if script.control.startswith("none") else script.control
    link = f"../{script.path.relative_to(PAGE.parents[1])}"
    return f"| [{script.name}]({link}) | {script.tries} | {cells} | {control} |"


def _cell(script: Script, driver: str, result: str | None) -> str:
    if script.is_gap_of(driver):
        return "**not held**"
    return WORDS[script.expect] if result == "held" else result or "not run"
