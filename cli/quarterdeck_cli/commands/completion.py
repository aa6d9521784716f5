"""qd completion: what makes a shell complete the words of `qd`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from quarterdeck_cli.qd import Qd

SCRIPTS = Path(__file__).parents[1] / "completion/scripts"


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


Which = Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]


async def print_completion(qd: Qd, shell: Which) -> None:
    """Print what makes a shell complete commands, options and ids: `eval "$(qd completion bash)"` in its start file.

    For zsh the same after `compinit`, for fish `qd completion fish | source`. Ids are those that were fetched last.
    """
    qd.out.line((SCRIPTS / f"qd.{shell.value}").read_text("utf-8").rstrip("\n"))
