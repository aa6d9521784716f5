"""The `quarterdeck` command: the server's side. `qd` is the client."""

import asyncio
import atexit
import gc
import json
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from quarterdeck import __version__, readiness
from quarterdeck.config import Settings
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.host import control, detach, schema
from quarterdeck.host import settings as settings_files
from quarterdeck.host.errors import HostError, SettingsError
from quarterdeck.host.finding import Finding
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.progress import Progressing
from quarterdeck.host.roles import ROLES
from quarterdeck.host.secrets import write_private
from quarterdeck.host.up import Plan
from quarterdeck.host.up import up as run_everything
from quarterdeck.web_client.places import login_link

app = typer.Typer(
    name="quarterdeck",
    help="Runs coding agents on your own machine: jailed, recorded, replayable.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
projections = typer.Typer(help="The read models.", no_args_is_help=True)
app.add_typer(projections, name="projections")
out, err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", readable=False, help="Folder of everything that is kept (QD_DATA_DIR).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def up(
    *,
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (QD_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (QD_PORT).")] = None,
    in_background: Annotated[
        bool, typer.Option("--detach", "-d", help="Go to the background once it is ready.")
    ] = False,
    report: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Start everything on this machine, and keep it running."""
    reporting = detach.Report(report) if report is not None else None
    try:
        settings = settings_files.load(data_dir=data_dir, host=host, port=port)
        if in_background:
            _announce(settings, _start_in_background(settings))
        else:
            asyncio.run(_foreground(settings, reporting))
    except QuarterdeckError as error:
        if reporting is None:
            raise
        reporting.failed(error, _exit_code(error))
        sys.exit(_exit_code(error))


async def _foreground(settings: Settings, reporting: detach.Report | None) -> None:
    progress = Progressing(reporting.say) if reporting else Progressing.on(err)
    for line in settings_files.misspelt():
        progress.line(line)

    def ready(token: str) -> None:
        readiness.tell(readiness.READY)
        if reporting is not None:
            reporting.ready(token)
        else:
            _announce(settings, token)

    await run_everything(settings, Plan(issue_login_token=_login_token, ready=ready), progress)


async def _login_token(settings: Settings) -> str:
    # Imported here and below, not above: most commands do without all that bootstrap brings.
    from quarterdeck.bootstrap.login import issue_login_token

    return await issue_login_token(settings)


def _start_in_background(settings: Settings) -> str:
    data = DataDirectory(settings.data_dir)
    data.create()
    arguments = ("--data-dir", str(settings.data_dir), "--host", settings.host, "--port", str(settings.port))
    return detach.start(arguments, data.logs / "up.log", err.print)


def _announce(settings: Settings, token: str) -> None:
    out.print(f"Quarterdeck is ready at {settings.url}", markup=False)
    out.print(f"Open in your browser, once: {login_link(settings.url, token)}", markup=False)
    out.print("On this machine qd logs in by itself; elsewhere: qd login LINK, with such a link", markup=False)
    out.print(f"Data and logs: {settings.data_dir}", markup=False)


@app.command()
def down(*, data_dir: DataDir = None) -> None:
    """Stop what runs on this machine, and what a killed start left running. Nothing running is fine too."""
    data = DataDirectory(settings_files.load(data_dir=data_dir).data_dir)
    stopped = control.down(data)
    if stopped.running is None:
        err.print(f"Quarterdeck does not run on {data.root}.", markup=False)
    else:
        err.print(f"Stopped (pid {stopped.running.pid}, {stopped.running.url}).", markup=False)
    if stopped.left:
        err.print(f"Ended what an earlier start left: {', '.join(stopped.left)}.", markup=False)


@app.command()
def status(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say what runs on this machine."""
    data = DataDirectory(settings_files.load(data_dir=data_dir).data_dir)
    found = control.running(data)
    if as_json:
        out.print_json(data=asdict(found))
        return
    out.print(f"Quarterdeck runs as pid {found.pid} at {found.url}", markup=False)
    table = Table("part", "pid", "ready", "restarts", "last end")
    for child in found.children:
        table.add_row(
            child.name, str(child.pid or "-"), "yes" if child.ready else "no", str(child.restarts), child.last_end
        )
    out.print(table)
    if shortage := data.shortage():
        err.print(shortage, markup=False)


@app.command()
def serve(role: Annotated[str, typer.Argument(help=" | ".join(ROLES))]) -> None:
    """Run one role against the services that the settings name."""
    if role not in ROLES:
        raise SettingsError(f"There is no role {role!r}.", f"The roles are {', '.join(ROLES)}.")
    settings = settings_files.load()
    missing = [f"{n}: not set." for n, value in _services(settings) if value is None]
    if missing:
        raise SettingsError("\n".join(missing), "A role alone needs both; quarterdeck up brings its own.")
    from quarterdeck.bootstrap import roles

    sys.exit(roles.serve(role, settings))


@app.command()
def migrate() -> None:
    """Bring the tables up to date, of QD_DATABASE_URL or of what runs on this machine."""
    schema.migrate(control.with_running_services(settings_files.load()))
    err.print("The tables are up to date.")


@app.command("login-token")
def login_token(*, data_dir: DataDir = None) -> None:
    """Make another one-time login token, for QD_DATABASE_URL or for what runs on this machine."""
    settings = settings_files.load(data_dir=data_dir)
    token = asyncio.run(_login_token(control.with_running_services(settings)))
    if settings.database_url is None:
        data = DataDirectory(settings.data_dir)
        write_private(data.client, json.dumps({"url": control.running(data).url, "login_token": token}))
    out.print(token, markup=False)


@app.command("login-link")
def login_link_command(*, data_dir: DataDir = None) -> None:
    """Make a link that logs a browser in, once, within half an hour: into QD_DATABASE_URL or what runs here."""
    settings = settings_files.load(data_dir=data_dir)
    token = asyncio.run(_login_token(control.with_running_services(settings)))
    url = settings.url if settings.database_url else control.running(DataDirectory(settings.data_dir)).url
    out.print(login_link(url, token), markup=False)


@app.command("checkpoint-key")
def checkpoint_key(
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the key of this machine's `quarterdeck up`.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Make a key for signing checkpoints: print one for QD_CHECKPOINT_KEY, or --replace that of this machine.

    The key that signed till now vouches for the one that replaces it, which signs from the next start on. `qd audit
    keys` shows the public keys.
    """
    from quarterdeck.host import checkpoint_keys

    if not replace:
        out.print(checkpoint_keys.new_key(), markup=False)
        return
    data = DataDirectory(settings_files.load(data_dir=data_dir).data_dir)
    checkpoint_keys.replace_checkpoint_key(data.secrets)
    err.print("The key is replaced. The new one signs from the next start on: quarterdeck down, then up.")


@projections.command()
def rebuild(name: Annotated[str | None, typer.Argument(help="One of them; all by default.")] = None) -> None:
    """Build read models anew from the log, and switch to them when they have caught up."""
    from quarterdeck.bootstrap.projector import rebuild_projections

    settings = control.with_running_services(settings_files.load())
    with _advancing() as advance:
        asyncio.run(rebuild_projections(settings, name, advance))


@projections.command()
def convert() -> None:
    """Move usage into TimescaleDB, which the database has got since: facts are copied, readers served meanwhile."""
    from quarterdeck.bootstrap.projector import convert_usage

    settings = control.with_running_services(settings_files.load())
    with _advancing() as advance:
        found = asyncio.run(convert_usage(settings, advance))
    done = {"already": "Usage is in TimescaleDB already.", "converted": "Usage is in TimescaleDB now."}
    err.print(done[found])


@contextmanager
def _advancing() -> Generator[Callable[[str, int, int], None]]:
    """Progress bars: told what it is, how much of it is done, and how much there is."""
    with Progress(console=err) as progress:
        tasks: dict[str, TaskID] = {}

        def advance(model: str, done: int, total: int) -> None:
            if model not in tasks:
                tasks[model] = progress.add_task(model)
            progress.update(tasks[model], completed=done, total=total)

        yield advance


@app.command()
def doctor(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say which parts and protections this host has, which are off, and what to do."""
    from quarterdeck.bootstrap.delivery import mailer
    from quarterdeck.bootstrap.jails import jail_driver, object_store
    from quarterdeck.host.doctor import examine

    settings = settings_files.load(data_dir=data_dir)
    findings = asyncio.run(
        examine(settings, jail_driver(settings), lambda: object_store(settings), lambda: mailer(settings))
    )
    if as_json:
        out.print_json(data=[asdict(finding) for finding in findings])
    else:
        _show(findings)
    if any(finding.required and not finding.on for finding in findings):
        raise typer.Exit(1)


def _show(findings: Sequence[Finding]) -> None:
    table = Table("", "part", "what was found", "what to do")
    for each in findings:
        mark = "[green]on" if each.on else "[red]off" if each.required else "[yellow]off"
        table.add_row(mark, f"{each.area}: {each.name}", each.detail, each.next_step)
    out.print(table)


@app.command()
def settings(*, markdown: Annotated[bool, typer.Option(help="Print the reference page.")] = False) -> None:
    """List every setting, its default and its meaning."""
    if markdown:
        sys.stdout.write(settings_files.reference())
        return
    table = Table("variable", "default", "meaning")
    for row in settings_files.rows():
        table.add_row(*row)
    out.print(table)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer's callback
    if asked:
        out.print(f"quarterdeck {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *, version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False
) -> None:
    """Runs coding agents on your own machine: jailed, recorded, replayable."""


def _services(settings: Settings) -> tuple[tuple[str, object], ...]:
    return ("QD_DATABASE_URL", settings.database_url), ("QD_NATS_URL", settings.nats_url)


def _exit_code(error: QuarterdeckError) -> int:
    return error.exit_code if isinstance(error, HostError) else 1


def main() -> None:
    """Expected failures are one line each on standard error, and an exit code of their own."""
    # The interpreter would look through all modules for garbage three times more while it ends.
    atexit.register(gc.freeze)
    try:
        app()
    except QuarterdeckError as error:
        for line in [*error.message.splitlines(), *([error.next_step] if error.next_step else [])]:
            err.print(f"quarterdeck: {line}", markup=False)
        sys.exit(_exit_code(error))


if __name__ == "__main__":
    main()
