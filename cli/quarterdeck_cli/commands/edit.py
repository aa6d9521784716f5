"""qd edit: a file of a session in your own editor."""

from typing import TYPE_CHECKING, Annotated

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import files
from quarterdeck_cli.command_line import Json, SessionRef
from quarterdeck_cli.errors import CliError, UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

if TYPE_CHECKING:
    from quarterdeck_cli.editing.copies import Copy
    from quarterdeck_cli.editing.session_file import SessionFile

Path = Annotated[str, typer.Argument(metavar="PATH", help="From the root of the workspace.")]


async def edit_file(qd: Qd, path: Path, *, session: SessionRef = None, as_json: Json = False) -> None:
    """Open a file of a session in $VISUAL or $EDITOR, and write it back at each save and at the end.

    Where somebody else has changed it meanwhile, it asks: theirs, yours, or both in the editor. Without -s it is the
    one session that is open in the project. Your own copy is kept where the file could not be written.
    """
    from quarterdeck_cli.editing import editor
    from quarterdeck_cli.editing.copies import Copy
    from quarterdeck_cli.editing.session_file import SessionFile

    words = editor.editor_words()
    client = await qd.client()
    session_id = await resolve.session_or_only(client, session)
    base = await files.content(client, session_id, path)
    if base and b"\0" in base:
        raise UsageError(f"{plain(path)} is binary.", "Fetch it with `qd file get`, and send it with `qd file put`.")
    copy = Copy.make(path, base or b"")
    edited = SessionFile(client, session_id, path, base)
    try:
        await edited.edit(words, copy.path)
    except CliError as error:
        raise _with_copy(error, copy, path, session_id) from error
    except BaseException:
        qd.out.note(_kept(copy))
        raise
    copy.drop()
    _tell(qd, edited, as_json=as_json)


def _with_copy(error: CliError, copy: "Copy", path: str, session_id: str) -> CliError:
    error.next_step = " ".join(
        [error.next_step, _kept(copy), f"Send it: `qd file put COPY {plain(path)} -s {ids.short(session_id)}`."]
    ).strip()
    return error


def _kept(copy: "Copy") -> str:
    return f"Your copy is kept: {copy.path}"


def _tell(qd: Qd, edited: "SessionFile", *, as_json: bool) -> None:
    written = edited.written
    if as_json:
        told = {"tree": written.tree, "sha256": written.sha256} if written else {}
        qd.out.json({"sessionId": edited.session_id, "path": edited.path, "saves": edited.saves, **told})
    elif written:
        times = "" if edited.saves == 1 else f" {edited.saves} times"
        qd.out.note(f"{plain(edited.path)} is written{times}; the files are {written.tree[:12]}.")
    else:
        qd.out.note(f"{plain(edited.path)} is left as it was.")
