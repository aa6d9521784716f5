"""What is known of a version that is no longer written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """Its shape, and the step to the version after it."""

    shape: type
    upcast: Callable[[Any], object]


Versions = Mapping[tuple[str, int], Earlier]
"""By topic and version."""
