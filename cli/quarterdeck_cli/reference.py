"""`python -m quarterdeck_cli.reference`: writes `docs/reference/qd.md`, the help of every command of `qd`."""

import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, NoReturn

from quarterdeck_cli.app import make_app
from quarterdeck_cli.command_tree import command_of
from quarterdeck_cli.plugins import GROUP, add_plugins

PAGE = Path(__file__).parents[2] / "docs/reference/qd.md"
_WIDTH = 110
_HEAD = """\
# The commands of `qd`

What `qd COMMAND --help` says, in one place. Written by `python -m quarterdeck_cli.reference`. Exit codes:
[exit-codes.md](exit-codes.md).
"""


def page() -> str:
    """The reference, in Markdown: with the plug-ins that come with Quarterdeck, and no others."""
    app = make_app()
    add_plugins(app, _fail, distribution("quarterdeck").entry_points.select(group=GROUP))
    root: Any = command_of(app)
    context = root.context_class(root, info_name="qd", terminal_width=_WIDTH)
    return "\n".join([_HEAD, *_sections(root, context)])


def _fail(words: str) -> NoReturn:
    raise RuntimeError(words)


def _sections(command: Any, context: Any) -> Iterator[str]:
    inner: dict[str, Any] | None = getattr(command, "commands", None)
    if inner is None:
        lines = (line.rstrip() for line in command.get_help(context).strip().splitlines())
        yield f"## {context.command_path}\n\n```\n" + "\n".join(lines) + "\n```\n"
        return
    for name, each in inner.items():
        yield from _sections(each, each.context_class(each, info_name=name, parent=context, terminal_width=_WIDTH))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"Wrote {PAGE}.\n")
