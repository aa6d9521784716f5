"""The answer to a shell's Tab: `qd __complete SHELL LINE`, with the line up to the cursor."""

import sys
from collections.abc import Iterator, Sequence

from quarterdeck_cli.completion.complete import Candidate, Surroundings, complete
from quarterdeck_cli.completion.words import split

LONGEST = 80
"""Of a description."""


def answer(arguments: Sequence[str]) -> int:
    """Prints candidates, one a line: the text, a tab, and what it is. Never fails: a shell would print that."""
    from quarterdeck_cli.completion.kept import grammar
    from quarterdeck_cli.completion.local import local_names
    from quarterdeck_cli.known.stored import StoredKnown
    from quarterdeck_cli.offline.owner import file_of

    shell, line = (*arguments, "", "")[:2]
    line = _without_program(line)
    around = Surroundings(known=StoredKnown(file_of()), files=local_names)
    for text in lines(shell, line, complete(line, grammar(), around)):
        sys.stdout.write(f"{text}\n")
    return 0


def lines(shell: str, line: str, found: Sequence[Candidate]) -> Iterator[str]:
    """As each of the shells wants them. bash knows no descriptions, and shows only what goes on as was typed."""
    typed = line[split(line).start :]
    for each in found:
        if shell == "bash":
            if each.text.startswith(typed):
                yield each.text
        else:
            yield f"{each.text}\t{each.description[:LONGEST]}"


def _without_program(line: str) -> str:
    """What follows the first word, which is how `qd` was called."""
    begun = line.lstrip()
    _, _, rest = begun.partition(" ")
    return rest.lstrip()
