"""What happened while one was away, in words. Pure; subjects are foreign text and made safe here."""

from quarterdeck_cli.api.away import Group, Happening, WhileAway
from quarterdeck_cli.text import lately, plain, when

ONE_AND_MANY = {
    "ALERT_RAISED": ("alert", "alerts"),
    "BUDGET_EXHAUSTED": ("budget used up", "budgets used up"),
    "SESSION_LOST": ("session lost", "sessions lost"),
    "COMMAND_FAILED": ("command failed", "commands failed"),
    "TASK_CONFLICT": ("conflict of a task", "conflicts of tasks"),
    "TASK_BLOCKED": ("task blocked", "tasks blocked"),
    "NETWORK_REFUSED": ("connection refused", "connections refused"),
    "TASK_FINISHED": ("task done", "tasks done"),
    "TASK_CREATED": ("task written", "tasks written"),
    "SESSION_OPENED": ("session opened", "sessions opened"),
    "SESSION_CLOSED": ("session closed", "sessions closed"),
}
URGENT = frozenset({"ALERT_RAISED", "BUDGET_EXHAUSTED", "SESSION_LOST", "COMMAND_FAILED", "TASK_CONFLICT"})
LONGEST = 60
"""Characters of what it was about, where there is room for more."""
BEFORE = 14
"""Characters of a line before that."""


def counted(group: Group) -> str:
    one, many = ONE_AND_MANY.get(group.kind, (group.kind.lower(), group.kind.lower()))
    return f"{group.count}{'+' if group.more else ''} {one if group.count == 1 else many}"


def by_whom(group: Group) -> str:
    """Where several did it, how much each."""
    names = [plain(actor.name) for actor in group.actors]
    if len(names) == 1:
        return names[0]
    return ", ".join(f"{name} {actor.count}" for name, actor in zip(names, group.actors, strict=True))


def summary(told: WhileAway) -> str:
    """In one line."""
    return ", ".join(map(counted, told.groups))


def since(told: WhileAway) -> str:
    """Since when one has looked; empty where one never has, or has asked for another time."""
    return f" since {when(told.read_at)}" if told.read_at and told.since == told.read_up_to else ""


def line(happening: Happening, width: int) -> str:
    subject, longest = plain(happening.subject), min(LONGEST, width - BEFORE)
    shortened = subject if len(subject) <= longest else subject[: longest - 1] + "…"
    return f"  {lately(happening.happened_at):<10}  {shortened}".rstrip()


def lines(told: WhileAway, width: int) -> list[tuple[str, str]]:
    """With the style of each, on a screen of so many columns."""
    shown: list[tuple[str, str]] = []
    for group in told.groups:
        shown.append((f"{counted(group)}  ({by_whom(group)})", "bold yellow" if group.kind in URGENT else "bold"))
        shown += [(line(each, width), "") for each in group.newest]
    return shown
