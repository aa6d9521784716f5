from uuid import UUID

import pytest

from quarterdeck.audit.words import words
from quarterdeck.domain.command import CommandTypistChanged
from quarterdeck.domain.erasure import PayloadErased
from quarterdeck.domain.task_events import TaskEdited
from quarterdeck.domain.task_fields import TaskChanges
from quarterdeck.domain.workspace import WorkspaceFileWritten

SOMEBODY = UUID(int=1)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (TaskEdited(revision=2, changes=TaskChanges(title="x", labels=())), "Task edited: title, labels"),
        (PayloadErased(reason="leaked"), "Payload erased: 0 places: leaked"),
        (
            WorkspaceFileWritten(path="a b.txt", base_sha256=None, sha256="0", bytes=1, tree="0", write_id=SOMEBODY),
            "Workspace file written: a b.txt, 1 byte",
        ),
        (CommandTypistChanged(user_id=SOMEBODY, token_id=SOMEBODY), "Command typist changed"),
    ],
)
def test_an_event_is_told_in_a_line(event: PayloadErased | TaskEdited, said: str) -> None:
    assert words(type(event).TOPIC, event) == said
