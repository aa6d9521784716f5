"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

KnownHead = Annotated[
    str | None,
    typer.Option("--known-head", metavar="POSITION:DIGEST", help="A head noted earlier, which must be in the log."),
]
TrustedKeys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="KEY", help="A key noted earlier, which must have signed; may be repeated."),
]
BundleFile = Annotated[
    Path | None, typer.Option("--bundle", metavar="FILE", help="A bundle, in place of a server's log.")
]
Whole = Annotated[bool, typer.Option("--all", help="The whole log.")]
