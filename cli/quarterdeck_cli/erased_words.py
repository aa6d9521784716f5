"""What is said where output was erased."""

from collections.abc import Iterable, Sequence

from quarterdeck_cli.api.erased_output import ErasedStretch
from quarterdeck_cli.text import plain


def explains(erased: Sequence[ErasedStretch], digest: str) -> bool:
    """Whether output with this SHA-256 is what was left by the last erasure."""
    return bool(erased) and erased[-1].output_sha256 == digest


def sentences(erased: Iterable[ErasedStretch]) -> list[str]:
    return [f"{_bytes(each)} were erased: {plain(each.reason)} (event {each.position})." for each in erased]


def _bytes(stretch: ErasedStretch) -> str:
    return f"Bytes {stretch.first:,} to {stretch.until:,} of the output"
