"""What a session may use: what its project and whoever opened it ask for, within what this worker allows."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from quarterdeck.domain.limits import LimitsAsked, strictest
from quarterdeck.domain.session_events import Limit
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import JailLimits
from quarterdeck.worker.settings import WorkerSettings


def within(settings: WorkerSettings, *asked: LimitsAsked) -> LimitsAsked:
    """The strictest that anybody asks for; the worker's default where nobody does; never beyond its most."""
    wishes = strictest(*asked)
    missing = {each.name: _first(each.name, wishes, settings.default_limits) for each in fields(LimitsAsked)}
    return strictest(LimitsAsked(**missing), settings.max_limits)


def _first(name: str, *asked: LimitsAsked) -> Any:
    return next((wish for each in asked if (wish := getattr(each, name)) is not None), None)


def of_jail(asked: LimitsAsked, output_limit: int = 0) -> JailLimits:
    """`output_limit` is the most that any command may print here; 0: as much as is asked for."""
    given = {each.name: wish for each in fields(LimitsAsked) if (wish := getattr(asked, each.name)) is not None}
    limits = JailLimits(**given)
    return replace(limits, output_bytes=min(limits.output_bytes, output_limit)) if output_limit else limits


def refuse_unkept(limits: Iterable[Limit]) -> None:
    """Raises JailError naming those that nobody keeps here, for a project that wants all of them kept."""
    unkept = [limit for limit in limits if not limit.enforced_by]
    if unkept:
        names = ", ".join(f"{limit.name.replace('_', '-')} ({limit.asked})" for limit in unkept)
        raise JailError(
            f"This host cannot keep every limit, and the project wants them strict. Not kept: {names}.",
            "Give the worker control groups (`quarterdeck doctor` says how), ask for less, "
            "or run `qd project set strict-limits=no`.",
        )
