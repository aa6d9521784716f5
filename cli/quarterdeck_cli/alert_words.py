"""What the commands about alerts share in words."""

from collections.abc import Sequence

from quarterdeck_cli.api.alerts import Delivery, Label
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.ids import parse_global_id, short
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately


def labels(found: Sequence[Label]) -> str:
    return ", ".join(f"{each.name} {_value(each)}" for each in found)


def _value(label: Label) -> str:
    if label.shown:
        return label.shown
    return short(label.value) if parse_global_id(label.value) else label.value or "none"


def told_deliveries(qd: Qd, found: Sequence[Delivery]) -> None:
    if not found:
        return
    qd.out.line()
    rows = [
        [
            f"{each.channel.lower()} {each.address}",
            each.state.replace("_", " "),
            str(each.attempts or ""),
            lately(each.ended_at or each.again_at or each.asked_at),
            each.detail,
        ]
        for each in found
    ]
    qd.out.table(["TOLD", "STATE", "TRIES", "AT", ""], rows, nothing="")


def pairs(words: Sequence[str], option: str) -> list[tuple[str, str]]:
    """Of NAME=VALUE."""
    found: list[tuple[str, str]] = []
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise UsageError(f"{option} {word!r} is no NAME=VALUE.", f"Write it as in {option} model=gpt-5.")
        found.append((name, value))
    return found
