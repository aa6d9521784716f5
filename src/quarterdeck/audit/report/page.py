"""The page: a template over a story, with all that it needs in itself, and a policy by which nothing else runs."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import Any
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from quarterdeck import __version__
from quarterdeck.audit.bundle.checking import BundleReport
from quarterdeck.audit.report.costs import Costs
from quarterdeck.audit.report.palette import Palette
from quarterdeck.audit.report.screen import runs, visible
from quarterdeck.audit.report.story import Story
from quarterdeck.audit.report.timeline import WIDTH, time_line
from quarterdeck.domain.base import Actor
from quarterdeck_cli.api.snapshots import FileDiff
from quarterdeck_cli.text import duration, plain, size

MOST_LINES = 400
"""Of a file's diff."""
MOST_LINES_IN_ALL = 20_000


@dataclass(frozen=True, kw_only=True)
class FilesDiff:
    files: Sequence[FileDiff]
    total: int


@dataclass(frozen=True, kw_only=True)
class FromServer:
    """What only a server knows, and no proof covers."""

    project: str = ""
    owner: str = ""
    task: str = ""
    cost: str = ""
    diffs: Mapping[UUID, FilesDiff] = field(default_factory=dict[UUID, FilesDiff])


@dataclass(frozen=True, kw_only=True)
class FromFile:
    """What a bundle says beside its events."""

    costs: Costs | None = None
    """None: no model was called."""
    diffs: Mapping[UUID, FilesDiff] = field(default_factory=dict[UUID, FilesDiff])
    has_files: bool = False


def page(
    story: Story,
    checked: BundleReport,
    from_server: FromServer | None,
    made_at: datetime,
    from_file: FromFile | None = None,
) -> str:
    palette = Palette()
    environment = _environment(palette)
    body = environment.get_template("body.html.j2").render(
        story=story,
        checked=checked,
        told=from_server or FromServer(),
        on_server=from_server is not None,
        filed=from_file or FromFile(),
        time_line=time_line(story),
        width=WIDTH,
        made_at=made_at,
        version=__version__,
        lines=_Lines(),
    )
    sheet = f"{_own_sheet()}\n{palette.sheet()}"
    return environment.get_template("page.html.j2").render(
        title=visible(story.opened.title if story.opened else "") or "Session",
        short=str(story.session)[-8:],
        policy=policy(sheet),
        sheet=Markup(sheet),  # noqa: S704 - ours, and names of classes
        body=Markup(body),  # noqa: S704 - rendered with everything escaped
    )


def policy(sheet: str) -> str:
    """Nothing is loaded, nothing runs, nothing is sent; the one style sheet is that with this digest."""
    digest = b64encode(sha256(sheet.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _own_sheet() -> str:
    return (files("quarterdeck.audit.report") / "templates" / "page.css").read_text("utf-8").strip()


def _environment(palette: Palette) -> Environment:
    environment = Environment(
        loader=PackageLoader("quarterdeck.audit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "plain": plain,
        "seen": visible,
        "moment": _moment,
        "size": size,
        "duration": duration,
        "who": _who,
        "short": _short,
        "number": _number,
        "screen": partial(_screen, palette),
    }
    environment.filters.update(filters)
    return environment


def _screen(palette: Palette, output: bytes) -> Markup:
    """In colours: each run is escaped."""
    parts: list[str] = []
    for run in runs(output):
        name = palette.class_of(run.style)
        text = escape(run.text)
        parts.append(f'<span class="{name}">{text}</span>' if name else str(text))
    return Markup("".join(parts))  # noqa: S704 - made of escaped parts


def _short(id_: UUID) -> str:
    return id_.hex[-8:]


def _number(number: int) -> str:
    return f"{number:,}"


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if moment else ""


def _who(actor: Actor | None) -> str:
    """A user or an agent run by the end of its id."""
    if actor is None:
        return "nobody that the record names"
    try:
        return f"{actor.kind.value} {UUID(actor.id).hex[-8:]}"
    except ValueError:
        return plain(f"{actor.kind.value} {actor.id}")


class _Lines:
    """What is left of the lines that all diffs may have."""

    def __init__(self) -> None:
        self._left = MOST_LINES_IN_ALL

    def of(self, lines: Sequence[str], taken: int) -> Sequence[str]:
        """As many as may be shown of a hunk, in a file that has shown `taken` already."""
        some = lines[: max(0, min(MOST_LINES - taken, self._left))]
        self._left -= len(some)
        return some
