"""Places of a replay in what a command printed, as a search tells them: 9a0c12ff@1692."""

from quarterdeck.audit.replay.places import HOW, Place, command, moment, place
from quarterdeck.audit.replay.record import Record
from quarterdeck.audit.replay.timeline import Run, Timeline
from quarterdeck_cli.api.transcripts import OUTPUT_KINDS
from quarterdeck_cli.errors import NotFoundError

MOST_DIGITS = 18


def place_with_output(record: Record, line: Timeline, text: str) -> Place:
    """As `place`; and of COMMAND@OFFSET the moment at which it printed that byte. May wait for a disk or a server."""
    word, at, digits = text.strip().rpartition("@")
    if not at or not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        return place(line, text)
    run = command(line, word)
    if run is None or run.started is None:
        raise NotFoundError("No command of this session that has started is called so.", HOW)
    return moment(line, run.started + _printed_after(record, run, int(digits)))


def _printed_after(record: Record, run: Run, offset: int) -> float:
    """Seconds since its start."""
    printed = 0
    for frame in record.frames(run.id):
        if frame.kind in OUTPUT_KINDS:
            printed = frame.end
            if printed > offset:
                return frame.time_us / 1_000_000
    raise NotFoundError(f"Command c{run.number} printed {printed:,} bytes, and nothing at {offset:,}.", HOW)
