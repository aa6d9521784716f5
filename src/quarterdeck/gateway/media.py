"""Which media type a client wants its GraphQL response in, and the status that goes with it."""

from dataclasses import dataclass
from functools import lru_cache

RESPONSE = "application/graphql-response+json"
JSON = "application/json"


@dataclass(frozen=True)
class Media:
    type: str
    header: bytes

    def status(self, *, executed: bool) -> int:
        """A request that was not executed is the client's fault; the older media type says so in the body only."""
        return 200 if executed or self.type == JSON else 400


NEW = Media(RESPONSE, f"{RESPONSE}; charset=utf-8".encode())
OLD = Media(JSON, f"{JSON}; charset=utf-8".encode())
_NAMES = {RESPONSE: NEW, JSON: OLD, "application/*": NEW, "*/*": OLD}


@lru_cache(maxsize=1000)
def negotiate(accept: str | None) -> Media | None:
    """The best of what the Accept header takes; None where it takes neither. Without one: the older type."""
    if not accept:
        return OLD
    best: tuple[float, Media] | None = None
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(parameters)
        if name in _NAMES and weight > 0 and (best is None or weight > best[0]):
            best = (weight, _NAMES[name])
    return best[1] if best else None


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
