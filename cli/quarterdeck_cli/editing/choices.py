"""What becomes of two changes of one file: asked for, never guessed."""

import asyncio
import sys
from enum import Enum, auto

from quarterdeck_cli.running.interrupt import ask_on_terminal
from quarterdeck_cli.text import plain


class Choice(Enum):
    THEIRS = auto()
    MINE = auto()
    MERGE = auto()
    LEAVE = auto()


_WORDS = {
    "theirs": Choice.THEIRS,
    "mine": Choice.MINE,
    "edit": Choice.MERGE,
    "merge": Choice.MERGE,
    "quit": Choice.LEAVE,
}
QUESTION = """
{path} is not what it was when you opened it: {how}.
  [t]heirs  keep what the session has; yours is dropped
  [m]ine    replace it by yours
  [e]dit    bring both together in the editor
  [q]uit    change nothing; your copy is kept
Which? [t/m/e/q] """
MARKED = """
The marks of what differs are still in it.
  [e]dit    go on in the editor
  [m]ine    take it with the marks
  [q]uit    change nothing; your copy is kept
Which? [e/m/q] """


def understood(text: str) -> Choice | None:
    word = text.strip().lower()
    return next((choice for name, choice in _WORDS.items() if word and name.startswith(word)), None)


async def ask(question: str, path: str, how: str) -> Choice:
    """Where nobody can be asked, or the terminal is gone, nothing is changed."""
    sys.stderr.flush()
    while True:
        try:
            answer = await ask_on_terminal(question.format(path=plain(path), how=how))
        except (OSError, asyncio.CancelledError):
            return Choice.LEAVE
        if answer == "":
            return Choice.LEAVE
        if choice := understood(answer):
            return choice
