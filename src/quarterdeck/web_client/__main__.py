"""`python -m quarterdeck.web_client`: builds the web client of a checkout, where it is missing or old."""

import signal
import sys

from quarterdeck.web_client.build import LOCK_FILE, build
from quarterdeck.web_client.errors import BuildError
from quarterdeck.web_client.places import SOURCES


def main() -> int:
    if not (SOURCES / LOCK_FILE).is_file():
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        build(_say)
    except BuildError as error:
        _say(f"The web client was not built: {error.message}\n{error.next_step}")
        return 1
    return 0


def _stop(number: int, _frame: object) -> None:
    """As Ctrl-C does: what was started is ended first."""
    sys.exit(128 + number)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
