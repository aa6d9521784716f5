"""How a project's task files are kept in step with the log: which, where, and by whose name."""

from dataclasses import dataclass
from enum import StrEnum

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.exports import check_branch

MAX_FILES = 10
MAX_PATH = 500
MAX_NAME = 100
DEFAULT_PATH = "docs/TASKS.md"


class ConflictRule(StrEnum):
    """What holds where file and log were both changed, to different values."""

    ASK = "ask"
    FILE = "file"
    LOG = "log"


@dataclass(frozen=True, kw_only=True)
class TaskFileSettings:
    enabled: bool = False
    """Off by default: commits in somebody's repository need a yes."""
    paths: tuple[str, ...] = (DEFAULT_PATH,)
    """From the repository's root. New tasks go to the first."""
    branch: str = ""
    """That is watched and written; empty: the project's default branch."""
    section: str = ""
    """The heading that new tasks go below; empty: after all others."""
    conflicts: ConflictRule = ConflictRule.ASK
    bot_name: str = "Quarterdeck"
    bot_mail: str = "tasks@quarterdeck.invalid"


BY_DEFAULT = TaskFileSettings()


def check(settings: TaskFileSettings, at: str) -> None:
    """INVALID_INPUT with the field below `at`."""
    if not 1 <= len(settings.paths) <= MAX_FILES or len(set(settings.paths)) != len(settings.paths):
        raise InvalidInputError(
            f"A project has 1 to {MAX_FILES} task files, each named once.",
            f"Name them from the repository's root, such as {DEFAULT_PATH}.",
            field=f"{at}.paths",
        )
    for path in settings.paths:
        _check_path(path, f"{at}.paths")
    if settings.branch:
        try:
            check_branch(settings.branch)
        except InvalidInputError as error:
            raise InvalidInputError(error.message, error.next_step, field=f"{at}.branch") from None
    if len(settings.section) > MAX_NAME or not settings.section.isprintable():
        raise InvalidInputError(
            f"A section is the text of a heading, of up to {MAX_NAME} characters.", field=f"{at}.section"
        )
    _check_bot(settings.bot_name, "botName", at)
    _check_bot(settings.bot_mail, "botMail", at)


def _check_path(path: str, field: str) -> None:
    parts = path.split("/")
    wrong = not path or len(path) > MAX_PATH or not path.isprintable() or "\\" in path
    if wrong or any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts):
        raise InvalidInputError(
            f"{path[:80]!r} is no path of a file in a repository.",
            f"Write it from the repository's root, such as {DEFAULT_PATH}.",
            field=field,
        )


def _check_bot(text: str, name: str, at: str) -> None:
    plain = text.strip() == text and text.isprintable() and not set(text) & set("<>\n")
    if not plain or len(text) > MAX_NAME or not text:
        raise InvalidInputError(
            f"{text[:80]!r} cannot stand in a commit as who wrote it.",
            f"Give up to {MAX_NAME} characters without < and >.",
            field=f"{at}.{name}",
        )
