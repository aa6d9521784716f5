"""Pausing a session: everything in its jail is frozen, and goes on where it was. A part of the session's stream."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, assert_never

MAX_REASON = 500


class Activity(StrEnum):
    """What a session that stands does, or is to do next: everything in a paused one is frozen."""

    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    RESUMING = "resuming"


@dataclass(frozen=True, kw_only=True)
class SessionPauseRequested:
    TOPIC: ClassVar[str] = "SessionPauseRequested"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SessionPaused:
    """Everything in its jail is frozen: no time-out passes, no command starts, no input is taken."""

    TOPIC: ClassVar[str] = "SessionPaused"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SessionResumeRequested:
    TOPIC: ClassVar[str] = "SessionResumeRequested"
    SCHEMA_VERSION: ClassVar[int] = 1


@dataclass(frozen=True, kw_only=True)
class SessionResumed:
    """It goes on where it was; `rebuilt`: on its files only, since the jail was gone."""

    TOPIC: ClassVar[str] = "SessionResumed"
    SCHEMA_VERSION: ClassVar[int] = 1
    rebuilt: bool
    detail: str


PauseEvent = SessionPauseRequested | SessionPaused | SessionResumeRequested | SessionResumed


@dataclass(frozen=True, kw_only=True)
class Pause:
    activity: Activity = Activity.RUNNING
    reason: str = ""
    rebuilt: bool = False
    """The jail was built anew since."""


AWAKE = Pause()


def evolve(state: Pause, event: PauseEvent) -> Pause:
    match event:
        case SessionPauseRequested():
            return replace(state, activity=Activity.PAUSING, reason=event.reason)
        case SessionPaused():
            return replace(state, activity=Activity.PAUSED, reason=event.reason)
        case SessionResumeRequested():
            return replace(state, activity=Activity.RESUMING)
        case SessionResumed():
            return AWAKE
        case _:
            assert_never(event)


def rebuilt(state: Pause) -> Pause:
    """Its jail was gone, and another stands: nothing of what was frozen is left."""
    return state if state.activity is Activity.RUNNING else replace(state, rebuilt=True)


def is_asleep(state: Pause) -> bool:
    """Or about to be."""
    return state.activity in {Activity.PAUSING, Activity.PAUSED}


def request_pause(state: Pause, reason: str) -> tuple[PauseEvent, ...]:
    return () if is_asleep(state) else (SessionPauseRequested(reason=reason.strip()[:MAX_REASON]),)


def pause(state: Pause) -> tuple[PauseEvent, ...]:
    return (SessionPaused(reason=state.reason),) if state.activity is Activity.PAUSING else ()


def request_resume(state: Pause) -> tuple[PauseEvent, ...]:
    awake = state.activity in {Activity.RUNNING, Activity.RESUMING}
    return () if awake else (SessionResumeRequested(),)


def resume(state: Pause) -> tuple[PauseEvent, ...]:
    if state.activity is not Activity.RESUMING:
        return ()
    detail = (
        "Its jail was gone: it was built anew on the session's files, and what ran before the pause is lost."
        if state.rebuilt
        else "Everything in it goes on where it was."
    )
    return (SessionResumed(rebuilt=state.rebuilt, detail=detail),)
