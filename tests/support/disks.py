"""Disks of sessions that a test leaves mounted."""

from pathlib import Path

from quarterdeck.adapters.disks import loop


def mounted_below(folder: Path) -> list[Path]:
    """Where something is mounted in the folder, the innermost first."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    places = [Path(line.split()[4].encode().decode("unicode_escape")) for line in lines]
    return sorted((place for place in places if folder in place.parents), reverse=True)


def unmount_below(folder: Path) -> None:
    for place in mounted_below(folder):
        loop.unmount(place)
