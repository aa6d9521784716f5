"""Settings of projects and personas as people write them: `memory=2G`, `idle-time=30m`, `network+=pypi.org:443`."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.text import plain
from quarterdeck_cli.text import size as shown_size

Json = dict[str, Any]
BY_DEFAULT = ("", "default")
NOTHING = (*BY_DEFAULT, "none")
"""What gives a setting its default back."""

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_SPAN = re.compile(r"(\d+)\s*([smhd]?)", re.IGNORECASE)
_SIZES = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_SPANS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_YES = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


class Kind(msgspec.Struct, frozen=True):
    """How one setting is written: its name in the API, and what its text stands for."""

    api: str
    read: Callable[[str], Any]


def size(text: str) -> int:
    """Bytes from `2G`, `512 MiB` or `1.5T`, in powers of 1024."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{plain(text)!r} is no size.", "Write it as 512M, 2G or 1.5T.")
    return int(float(found[1]) * _SIZES[found[2].upper()])


def span(text: str) -> int:
    """Seconds from `90`, `30m`, `12h` or `7d`."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{plain(text)!r} is no length of time.", "Write it as 90s, 30m, 12h or 7d.")
    return int(found[1]) * _SPANS[found[2].lower()]


def whole(text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"{plain(text)!r} is no whole number.", "Write digits alone.")
    return int(text)


def real(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"{plain(text)!r} is no number.", "Write it as 1.5.") from error


def yes(text: str) -> bool:
    if text.lower() not in _YES:
        raise UsageError(f"{plain(text)!r} is neither yes nor no.", "Write yes or no.")
    return _YES[text.lower()]


def listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def side(text: str) -> str:
    """What holds where both sides changed a task: `ask`, `file` or `log`."""
    if text.strip().lower() not in {"ask", "file", "log"}:
        raise UsageError(f"{plain(text)!r} is no rule for conflicts.", "Write ask, file or log.")
    return text.strip().upper()


def status(text: str) -> str:
    """Of a task, as the API writes it."""
    return text.strip().lower().replace("-", "_")


def rule(text: str) -> Json:
    """A network rule from `pypi.org`, `*.example.org:8443` or `[2001:db8::1]:443`; the port is 443 where none is."""
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, port = text, "443"
    return {"host": host.strip("[]").rstrip(".").lower(), "port": whole(port)}


LIMITS = {
    "cpus": Kind("cpus", real),
    "memory": Kind("memoryBytes", size),
    "processes": Kind("processes", whole),
    "open-files": Kind("openFiles", whole),
    "file-size": Kind("fileBytes", size),
    "workspace": Kind("workspaceBytes", size),
    "workspace-files": Kind("workspaceFiles", whole),
    "tmp": Kind("temporaryBytes", size),
    "output": Kind("outputBytes", size),
    "wall-time": Kind("wallSeconds", span),
    "idle-time": Kind("idleSeconds", span),
}
PLAIN = {
    "jail": Kind("jailDriver", str),
    "sessions": Kind("maxSessions", whole),
    "sessions-per-user": Kind("maxSessionsPerUser", whole),
    "commands": Kind("maxCommandsPerSession", whole),
    "time-out": Kind("commandTimeoutSeconds", span),
    "strict-limits": Kind("strictLimits", yes),
    "image": Kind("image", str),
    "dockerfile": Kind("dockerfile", str),
    "runtime": Kind("runtime", str),
    "keep-ignored": Kind("keepIgnored", yes),
    "when-idle": Kind("whenIdle", str),
    "snapshots": Kind("snapshotBytes", size),
    "task-at-close": Kind("taskAtClose", status),
}
TASK_FILES = {
    "tasks-sync": Kind("enabled", yes),
    "tasks-files": Kind("paths", listed),
    "tasks-branch": Kind("branch", str),
    "tasks-section": Kind("section", str),
    "tasks-conflicts": Kind("conflicts", side),
    "tasks-name": Kind("botName", str),
    "tasks-mail": Kind("botMail", str),
}
"""How task files and the log are kept in step."""
NETWORK = "network"


class Words(msgspec.Struct, frozen=True):
    """What can be set, beside limits and the network."""

    plain: dict[str, Kind]
    task_files: dict[str, Kind]
    network: list[Json] | None
    """Without a list of its own."""


PROJECT = Words(plain=PLAIN, task_files=TASK_FILES, network=[])
PERSONA = Words(plain={}, task_files={}, network=None)


def limits_of(**texts: str | None) -> Json:
    """The API's input from one text for each limit, by its name with underscores; None is not given."""
    kinds = {name: LIMITS[name.replace("_", "-")] for name in texts}
    return {kinds[name].api: kinds[name].read(text) for name, text in texts.items() if text is not None}


def parse(words: list[str], network: list[Json] | None, known: Words = PROJECT) -> Json:
    """The API's input from `name=value` words; `network` is the list as it is, for `+=` and `-=`."""
    changed: Json = {}
    limits: Json = {}
    files: Json = {}
    for word in words:
        name, operator, value = _split(word, known)
        if name == NETWORK:
            network = _network(operator, value, network, known)
            changed["network"] = network
        elif operator != "=":
            raise UsageError(f"{name} is no list.", f"Write {name}=VALUE.")
        elif name in known.task_files:
            files[known.task_files[name].api] = _value(known.task_files[name], value)
        elif name in LIMITS:
            limits[LIMITS[name].api] = _value(LIMITS[name], value)
        else:
            changed[known.plain[name].api] = _value(known.plain[name], value)
    return changed | ({"limits": limits} if limits else {}) | ({"taskFiles": files} if files else {})


def bounds(limits: Json) -> list[tuple[str, str]]:
    """Of the API's limits those that are asked for, by the names they are set with."""
    found = [(name, kind, limits[kind.api]) for name, kind in LIMITS.items()]
    return [(name, _bound(kind, value)) for name, kind, value in found if value is not None]


def _bound(kind: Kind, value: float) -> str:
    if kind.read is size:
        return shown_size(int(value))
    return f"{value:g} s" if kind.read is span else f"{value:g}"


def written(host: str, port: int) -> str:
    """A network rule as `rule` reads it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _split(word: str, known: Words) -> tuple[str, str, str]:
    """A name may be written as `qd session show` lists limits, with underscores."""
    found = re.fullmatch(r"([A-Za-z_-]*[A-Za-z])(\+=|-=|=)(.*)", word, re.DOTALL)
    if not found:
        raise UsageError(f"{plain(word)!r} sets nothing.", "Write NAME=VALUE, as in memory=2G.")
    name = found[1].lower().replace("_", "-")
    names = [*known.plain, *known.task_files, *LIMITS, NETWORK]
    if name not in names:
        raise UsageError(f"There is no setting {found[1]!r}.", f"There are: {', '.join(names)}.")
    return name, found[2], found[3]


def _value(kind: Kind, text: str) -> Any:
    return None if text.strip().lower() in NOTHING else kind.read(text)


def _network(operator: str, value: str, network: list[Json] | None, known: Words) -> list[Json] | None:
    named = [] if value.strip().lower() in NOTHING else [rule(part.strip()) for part in value.split(",")]
    if operator == "=":
        return known.network if value.strip().lower() in BY_DEFAULT else named
    if network is None:
        raise UsageError(
            "There is no network list of its own yet: whatever the project allows is allowed.",
            f"Begin one with {NETWORK}=HOST.",
        )
    if operator == "-=":
        for each in named:
            network = without(network, each)
        return network
    return network + [each for each in named if each not in network]


def without(known: list[Json], taken: Json) -> list[Json]:
    if taken not in known:
        rules = ", ".join(written(each["host"], each["port"]) for each in known) or "none"
        raise UsageError(f"There is no rule {written(taken['host'], taken['port'])}.", f"There are: {plain(rules)}.")
    return [each for each in known if each != taken]
