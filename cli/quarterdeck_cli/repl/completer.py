"""The pure completion, as prompt-toolkit asks for it."""

from collections.abc import Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from quarterdeck_cli.completion.complete import Surroundings, complete
from quarterdeck_cli.completion.grammar import Command
from quarterdeck_cli.completion.local import local_names
from quarterdeck_cli.known.protocol import Known
from quarterdeck_cli.repl.here import Here


class ReplCompleter(Completer):
    def __init__(self, grammar: Command, known: Known, here: Here) -> None:
        self._grammar, self._known, self._here = grammar, known, here

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        around = Surroundings(known=self._known, files=local_names, session=self._here.session)
        line = document.text_before_cursor
        for found in complete(line, self._grammar, around):
            yield Completion(
                found.text,
                start_position=found.start - len(line),
                display=found.shown,
                display_meta=found.description,
            )
