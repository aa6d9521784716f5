"""Who is aboard: a plug-in for `qd` that uses each of the ways to add to it."""

import csv
import io
from typing import Annotated, Any

import typer
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from quarterdeck_cli.api.sessions import sessions
from quarterdeck_cli.command_line import Json, command, group
from quarterdeck_cli.known.protocol import Entry
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.repl.status import Status
from quarterdeck_cli.text import plain

Mate = Annotated[str, typer.Argument(metavar="MATE", help="Who.")]


class Crew:
    """Remembers whom it has seen, for the completion, which must not wait."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def add_to(self, app: typer.Typer) -> None:
        crew = group("Who is aboard.")
        command(crew, "list")(self.list_crew)
        command(crew, "hail")(self.hail)
        app.add_typer(crew, name="crew")

    async def list_crew(self, qd: Qd, *, as_json: Json = False) -> None:
        """List who has sessions open, and how many."""
        counts: dict[str, int] = {}
        async for session in sessions(await qd.client(), live=True):
            counts[session.owner_name] = counts.get(session.owner_name, 0) + 1
        self._seen = counts
        if as_json:
            qd.out.json([{"name": name, "sessions": count} for name, count in counts.items()])
            return
        rows = [[name, str(count)] for name, count in counts.items()]
        qd.out.table(["NAME", "SESSIONS"], rows, nothing="Nobody is aboard.")

    async def hail(self, qd: Qd, mate: Mate) -> None:
        """Greet somebody."""
        qd.out.line(f"Ahoy, {plain(mate)}!")

    def entries(self, kind: str) -> list[Entry]:
        if kind != "mate":
            return []
        return [Entry(name, f"{count} open") for name, count in self._seen.items()]

    def bind(self, keys: KeyBindings) -> None:
        @keys.add("f2")
        def insert(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("crew list")

    def segment(self, status: Status) -> str:
        return f"{len(self._seen)} aboard" if self._seen else ""

    def renderers(self) -> dict[str, Any]:
        return {"csv": as_csv}


def as_csv(answer: Any) -> str:
    """A list of objects as rows; anything nested is left out."""
    found = answer if isinstance(answer, list) else [answer]
    names = [name for name, value in found[0].items() if not isinstance(value, (dict, list))] if found else []
    text = io.StringIO()
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue().rstrip("\n")


plugin = Crew()
