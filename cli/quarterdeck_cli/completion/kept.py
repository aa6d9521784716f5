"""The grammar as a file, for shells: made from the app once, and again when `qd` or its plug-ins have changed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from quarterdeck_cli.completion.grammar import Command
from quarterdeck_cli.folders import cache_dir


class _Kept(msgspec.Struct):
    made_from: str
    grammar: Command


def grammar() -> Command:
    """From the file, in a few milliseconds, else from the app, which takes a moment."""
    path, made_from = cache_dir() / "grammar.json", _made_from()
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        kept = None
    if kept is None or kept.made_from != made_from:
        kept = _Kept(made_from, _grammar_of_app())
        _keep(path, kept)
    return kept.grammar


def _made_from() -> str:
    """What changes whenever a package is installed or removed, or a command is: times of folders."""
    return " ".join(_times())


def _times() -> Iterator[str]:
    here = Path(__file__).parents[1]
    installed = (folder for folder in sys.path if folder.endswith("-packages"))
    for folder in (*map(Path, installed), here, here / "commands"):
        try:
            yield f"{folder}={folder.stat().st_mtime_ns}"
        except OSError:
            continue


def _grammar_of_app() -> Command:
    from quarterdeck_cli.app import make_app
    from quarterdeck_cli.completion.from_typer import grammar_of
    from quarterdeck_cli.plugins import add_plugins

    app = make_app()
    add_plugins(app, lambda text: None)
    return grammar_of(app)


def _keep(path: Path, kept: _Kept) -> None:
    """Where it cannot be kept, the next Tab takes a moment, too."""
    from contextlib import suppress

    from quarterdeck_cli.contexts import replacing

    with suppress(OSError), replacing(path) as new:
        new.write_bytes(msgspec.json.encode(kept))
