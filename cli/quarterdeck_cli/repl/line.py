"""From a typed line to the words of a one-shot."""

import shlex

from quarterdeck_cli.completion.complete import expanded
from quarterdeck_cli.errors import UsageError

SHELL = "!"


def words_of(line: str) -> list[str]:
    """None for an empty line or a comment. `!ls -la` is `run -- 'ls -la'`: shell text, to its end, as it is."""
    text = line.strip()
    if text.startswith(SHELL):
        command = text.removeprefix(SHELL).strip()
        if not command:
            raise UsageError("There is no command after `!`.", "Write one, as `!ls -la`.")
        return ["run", "--", command]
    try:
        words = shlex.split(text.replace("\\\n", " "), comments=text.startswith("#"))
    except ValueError as error:
        raise UsageError(f"The line cannot be parted into words: {error}.", "Close the quote.") from error
    return list(expanded(tuple(words)))
