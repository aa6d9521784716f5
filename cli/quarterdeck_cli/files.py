"""Files that are there when all of what is in them is."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.text import plain


@contextmanager
def target(output: Path | None, *, replace: bool = False) -> Generator[IO[bytes]]:
    """A new file at `output`, or standard output; what breaks off leaves none, or the one that it was to replace."""
    if output is None:
        yield sys.stdout.buffer
        return
    if os.path.lexists(output) and not replace:
        raise UsageError(f"There is a {plain(str(output))} already.", "Name another file, or remove it.")
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            yield file
        part.rename(output)
    except OSError as error:
        raise UsageError(f"{plain(str(output))} cannot be written: {error.strerror}.", "Name another file.") from error
    finally:
        part.unlink(missing_ok=True)
