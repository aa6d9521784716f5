"""qd help: what each command says of itself."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd

WIDEST = 100
_STYLES = [
    (r"^Usage:", "bold"),
    (r"^\w[\w ]*:$", "bold"),
    (r"(?<=^  )-[-\w]+(, -[-\w]+| / -[-\w]+)*", "cyan"),
    (r"(?<=^  )[a-z][-\w]*(?=  )", "cyan"),
    (r"`[^`]+`", "cyan"),
]
Words = Annotated[list[str] | None, typer.Argument(metavar="[COMMAND]...", help="A command or a noun, as `task list`.")]


def help_of(app: typer.Typer) -> Callable[..., Awaitable[None]]:
    """The command `help` of an app, which explains what is added later, too."""

    async def show_help(qd: Qd, words: Words = None) -> None:
        """Explain a command, or list what there is."""
        text = _help(app, [*(words or ())], min(qd.out.width, WIDEST))
        with qd.out.paging():
            for line in text.splitlines():
                qd.out.highlighted(line, _STYLES)

    return show_help


def _help(app: typer.Typer, words: list[str], width: int) -> str:
    from typer.exceptions import TyperException

    from quarterdeck_cli.command_tree import command_of

    command: Any = command_of(app)
    context = command.context_class(command, info_name="qd", terminal_width=width)
    for word in words:
        if not hasattr(command, "commands"):
            raise UsageError(f"{context.command_path} has no commands.", f"See `{_as_help(context.command_path)}`.")
        try:
            name, command, _ = command.resolve_command(context, [word])
        except TyperException as error:
            raise UsageError(error.format_message(), f"`{_as_help(context.command_path)}` lists them.") from error
        context = command.context_class(command, info_name=name, parent=context, terminal_width=width)
    return str(command.get_help(context))


def _as_help(path: str) -> str:
    return " ".join(["qd help", *path.split()[1:]])
