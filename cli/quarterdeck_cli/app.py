"""The typer app: every noun and its commands, in one table."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Annotated

import typer

from quarterdeck_cli.command_line import Json, command, group, run_synchronously
from quarterdeck_cli.commands import (
    alert_rules,
    alerts,
    attach,
    budgets,
    commands,
    comparisons,
    events,
    export,
    exports,
    forks,
    image_logs,
    login,
    networks,
    overview,
    personas,
    ports,
    projects,
    replay,
    reports,
    run,
    sessions,
    silences,
    snapshots,
    task_lists,
    task_start,
    task_sync,
    task_work,
    tasks,
    tokens,
    usage,
    usage_dashboards,
    usage_export,
    workers,
)

PLAIN_WORDS = {"allow_interspersed_args": False}
"""What follows the first word belongs to the command that is run, options and all."""


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's signature of a callback
    if wanted:
        typer.echo(f"qd {version('quarterdeck')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
]


def make_app() -> typer.Typer:
    """The app without plug-ins."""
    app = group("Run commands in jailed copies of your repositories, and see, steer and replay what ran.", alone=True)

    @app.callback(invoke_without_command=True)
    def main(context: typer.Context, *, version: Version = False, as_json: Json = False) -> None:
        if context.invoked_subcommand is None:
            run_synchronously(overview.overview, as_json=as_json)
        elif as_json:
            raise typer.BadParameter("write it after the command", param_hint="--json")

    command(app, "login")(login.log_in)
    command(app, "logout")(login.log_out)
    command(app, "whoami")(login.who_am_i)
    command(app, "run", context_settings=PLAIN_WORDS)(run.run)
    command(app, "attach")(attach.attach_to)
    command(app, "diff")(snapshots.diff)
    command(app, "replay")(replay.replay)
    command(app, "export")(export.export)
    _add_nouns(app)
    return app


def _add_nouns(app: typer.Typer) -> None:
    nouns: dict[str, tuple[str, list[tuple[str, Callable[..., Awaitable[int | None]]]]]] = {
        "project": (
            "Repositories that sessions are opened in.",
            [
                ("add", projects.add_project),
                ("list", projects.list_projects),
                ("show", projects.show_project),
                ("set", projects.set_project),
            ],
        ),
        "persona": (
            "What sessions that are opened with one of a project's may use and reach at most.",
            [
                ("define", personas.define_persona),
                ("revise", personas.revise_persona),
                ("show", personas.show_persona),
                ("list", personas.list_personas),
                ("retire", personas.retire_persona),
            ],
        ),
        "session": (
            "Jailed shells on copies of a repository.",
            [
                ("open", sessions.open_session),
                ("list", sessions.list_sessions),
                ("show", sessions.show_session),
                ("pause", sessions.pause_session),
                ("resume", sessions.resume_session),
                ("close", sessions.close_session),
                ("snapshots", snapshots.session_snapshots),
                ("diff", snapshots.session_diff),
                ("compare", comparisons.compare_sessions),
                ("tree", snapshots.session_tree),
                ("cat", snapshots.session_cat),
                ("blame", snapshots.session_blame),
                ("fork", forks.fork_session),
                ("restore", forks.restore_session),
                ("log", image_logs.log),
                ("network", networks.network),
            ],
        ),
        "workspace": ("Sessions' files, outside of Quarterdeck.", [("export", exports.export_workspace)]),
        "command": (
            "What was run, and steering what runs.",
            [
                ("list", commands.list_commands),
                ("show", commands.show_command),
                ("cancel", commands.cancel_command),
                ("signal", commands.signal_command),
            ],
        ),
        "task": (
            "What is to be done in a project.",
            [
                ("add", tasks.add_task),
                ("list", task_lists.list_tasks),
                ("search", task_lists.search_tasks),
                ("board", task_lists.show_board),
                ("show", tasks.show_task),
                ("edit", tasks.edit_task),
                ("start", task_start.start_task),
                ("claim", task_work.claim_task),
                ("renew", task_work.renew_task),
                ("release", task_work.release_task),
                ("assign", task_work.assign_task),
                ("note", task_work.note_task),
                ("status", task_work.set_status),
                ("block", task_work.block_task),
                ("link", task_work.link_task),
                ("history", tasks.task_history),
                ("tail", task_lists.tail_tasks),
                ("sync", task_sync.sync_tasks),
                ("resolve", task_sync.resolve_conflict),
            ],
        ),
        "events": ("The log.", [("list", events.list_events), ("tail", events.tail_events)]),
        "token": (
            "API tokens.",
            [
                ("issue", tokens.issue_token),
                ("list", tokens.list_tokens),
                ("revoke", tokens.revoke_token),
            ],
        ),
        "usage": (
            "What was used, and what it cost.",
            [
                ("record", usage.record_usage),
                ("show", usage.show_usage),
                ("list", usage.list_usage),
                ("top", usage_dashboards.top_usage),
                ("percentiles", usage_dashboards.usage_percentiles),
                ("funnel", usage_dashboards.task_funnel),
                ("export", usage_export.export_usage),
                ("prices", usage.show_prices),
            ],
        ),
        "budget": (
            "What may be spent, on what, and until when.",
            [
                ("set", budgets.set_budget),
                ("list", budgets.list_budgets),
                ("show", budgets.show_budget),
                ("answer", budgets.answer_budget),
                ("remove", budgets.remove_budget),
                ("reserve", budgets.reserve_budget),
                ("release", budgets.release_budget),
                ("tail", budgets.tail_budgets),
            ],
        ),
        "alert": (
            "What is out of order, who is told, and who sees to it.",
            [
                ("list", alerts.list_alerts),
                ("show", alerts.show_alert),
                ("ack", alerts.acknowledge_alert),
                ("tail", alerts.tail_alerts),
                ("silence", silences.set_silence),
                ("silences", silences.list_silences),
                ("unsilence", silences.end_silence),
            ],
        ),
        "alert rule": (
            "When alerts are raised, and who is told.",
            [
                ("list", alert_rules.list_rules),
                ("show", alert_rules.show_rule),
                ("set", alert_rules.set_rule),
                ("test", alert_rules.try_rule),
                ("secret", alert_rules.show_secret),
                ("remove", alert_rules.remove_rule),
            ],
        ),
        "report": (
            "What happened, by day, week or month, sent to whom you name.",
            [
                ("list", reports.list_reports),
                ("show", reports.show_report),
                ("set", reports.set_report),
                ("remove", reports.remove_report),
                ("preview", reports.preview_report),
                ("send", reports.send_report),
            ],
        ),
        "port": (
            "What listens in sessions, in a browser.",
            [("list", ports.list_ports), ("open", ports.open_port)],
        ),
        "worker": (
            "The hosts that run sessions.",
            [("list", workers.list_workers), ("findings", workers.list_findings), ("check", workers.check_worker)],
        ),
    }
    made: dict[str, typer.Typer] = {"": app}
    for path, (help_text, verbs) in nouns.items():
        above, _, name = path.rpartition(" ")
        made[path] = noun = group(help_text)
        for verb, function in verbs:
            command(noun, verb)(function)
        made[above].add_typer(noun, name=name)
