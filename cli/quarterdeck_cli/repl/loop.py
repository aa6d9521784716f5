"""Read, parse, dispatch, render; and on with the next line, whatever came of the last."""

import typer

from quarterdeck_cli import tracing
from quarterdeck_cli.command_line import Call, guarded
from quarterdeck_cli.commands.overview import overview
from quarterdeck_cli.errors import CliError, ProtocolError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.plugins import Plugins
from quarterdeck_cli.qd import Qd, sitting
from quarterdeck_cli.repl.desk import Desk, opened_desk
from quarterdeck_cli.repl.interrupting import interruptible
from quarterdeck_cli.repl.leaving import Leaving


async def repl(qd: Qd, app: typer.Typer, plugins: Plugins) -> int:
    """Until Ctrl-D or `exit`."""
    await interruptible(guarded(qd.out, overview(qd)))
    plugins.tell(qd.out.note)
    async with opened_desk(qd, app, plugins) as desk:
        await guarded(qd.out, _begin(desk))
        while True:
            try:
                desk.here.code = await obey(desk, await desk.read())
            except KeyboardInterrupt:
                continue
            except (EOFError, Leaving):
                return ExitCode.OK


async def _begin(desk: Desk) -> None:
    await desk.here.find(await desk.qd.client())


async def obey(desk: Desk, line: str) -> int:
    """The exit code of a line; what is wrong with it is said."""
    qd, manner = desk.qd, desk.qd.out.manner
    # of what was asked for beside a line, and not printed
    qd.out.stale(None)
    try:
        call = desk.parser.parse(line)
        if call is None:
            return desk.here.code if not line.strip() else ExitCode.OK
        code = await interruptible(_done(qd, call))
        await desk.here.went(qd, call)
        desk.refresher.own_command_ended()
    except CliError as error:
        qd.out.error(error)
        return error.exit_code
    except Exception as error:
        if isinstance(error, Leaving):
            raise
        qd.out.error(ProtocolError(f"A defect in qd: {type(error).__name__}: {error}", "Please report it."))
        return ExitCode.BUG
    finally:
        qd.out.manner = manner
    return code


async def _done(qd: Qd, call: Call) -> int:
    """With the one connection; a call that names another log-in has its own."""
    if call.manner.context:
        async with sitting(call.manner) as other:
            return int(await guarded(other.out, call.function(other, **call.arguments)) or 0)
    qd.out.manner = call.manner
    with tracing.called(getattr(call.function, "__name__", "command")) as end:
        code = int(await guarded(qd.out, call.function(qd, **call.arguments)) or 0)
        end(code)
    return code
