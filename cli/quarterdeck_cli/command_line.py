"""From plain async functions to typer commands: the Qd is passed in, expected failures become exit codes."""

import asyncio
import inspect
import os
import signal
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from quarterdeck_cli import tracing
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.manner import MANNER, ORDINARY, RENDER, Manner, manner_of
from quarterdeck_cli.qd import sitting

if TYPE_CHECKING:
    from quarterdeck_cli.output import Output

Result = int | None
CommandT = TypeVar("CommandT", bound=Callable[..., Awaitable[Result]])

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ProjectName = Annotated[str | None, typer.Option("--project", "-p", metavar="PROJECT", help="A project's name or id.")]
SessionRef = Annotated[
    str | None, typer.Option("--session", "-s", metavar="SESSION", help="A session's id, or the end of it.")
]


@dataclass(frozen=True)
class Call:
    """What a line of words asks for, understood and not yet done."""

    function: Callable[..., Awaitable[Result]]
    arguments: dict[str, Any]
    manner: Manner = ORDINARY


def group(help_text: str, *, alone: bool = False) -> typer.Typer:
    """A noun's commands. Help is plain text, and a bare noun shows it, unless it does something `alone`."""
    return typer.Typer(
        help=help_text,
        no_args_is_help=not alone,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
    )


def command(app: typer.Typer, name: str, **settings: Any) -> Callable[[CommandT], CommandT]:
    """Adds an async function to `app`. Its first parameter is the Qd; the rest are typer's, or dataclasses of such; it
    returns an exit code or None, and its docstring is the help."""

    def register(function: CommandT) -> CommandT:
        app.command(name, **settings)(_synchronous(function))
        return function

    return register


def _synchronous(function: Callable[..., Awaitable[Result]]) -> Callable[..., None]:
    """A parameter that is a dataclass stands for its fields, each an option: what several commands have in common.
    What every command has is added, unless it calls something of its own so."""
    signature = inspect.signature(function, eval_str=True)
    own = list(signature.parameters.values())[1:]
    groups = {each.name: _options(each.annotation) for each in own if _is_group(each.annotation)}
    parameters = [option for each in own for option in groups.get(each.name, [each])]
    named = {option.name for option in parameters}
    manner = [each for name, each in MANNER.items() if name not in named] + ([RENDER] if "as_json" in named else [])
    parameters += manner

    def call(**arguments: Any) -> Any:
        how = manner_of({each.name: arguments.pop(each.name) for each in manner})
        if how.render:
            arguments["as_json"] = True
        for each in own:
            if each.name in groups:
                given = {option.name: arguments.pop(option.name) for option in groups[each.name]}
                arguments[each.name] = each.annotation(**given)
        return _runner.get()(Call(function, arguments, how))

    call.__name__ = getattr(function, "__name__", "command")
    call.__doc__ = function.__doc__
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    # typer reads the signature from here; the type system does not know that functions may have it
    vars(call)["__signature__"] = signature.replace(parameters=parameters, return_annotation=None)
    return call


def _is_group(annotation: Any) -> bool:
    return is_dataclass(annotation)


def _options(group: Callable[..., object]) -> list[inspect.Parameter]:
    return list(inspect.signature(group, eval_str=True).parameters.values())


def run_synchronously(call: Call) -> None:
    """Runs one command in a sitting of its own and leaves with its exit code."""
    with tracing.called(getattr(call.function, "__name__", "command")) as end:
        code = _exit_code(call)
        end(int(code or 0))
    if code:
        raise typer.Exit(int(code))


_runner: ContextVar[Callable[[Call], Any]] = ContextVar("runner", default=run_synchronously)


def without_verb(noun: typer.Typer, function: Callable[..., Awaitable[Result]]) -> None:
    """What a noun does where nothing follows it. Options belong to its verbs."""

    @noun.callback(invoke_without_command=True)
    def alone(context: typer.Context) -> Any:
        return _runner.get()(Call(function, {})) if context.invoked_subcommand is None else None


def understood(parse: Callable[[], Any]) -> Any:
    """What `parse`, which calls the app with words, makes of them: the Call, or an exit code where nothing is left to
    do, as after --help."""
    before = _runner.set(lambda call: call)
    try:
        return parse()
    finally:
        _runner.reset(before)


def _exit_code(call: Call) -> Result:
    terminated: list[bool] = []

    async def main() -> Result:
        with _ended_by_sigterm(terminated):
            async with sitting(call.manner) as qd:
                return await guarded(qd.out, call.function(qd, **call.arguments))

    try:
        return asyncio.run(main())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return ExitCode.TERMINATED if terminated else ExitCode.CANCELLED
    except BrokenPipeError:
        return closed_output()


@contextmanager
def _ended_by_sigterm(terminated: list[bool]) -> Generator[None]:
    """SIGTERM unwinds the command, so that terminals and sessions are left in order."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def terminate() -> None:
        terminated.append(True)
        if task:
            task.cancel()

    loop.add_signal_handler(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def guarded(out: "Output", work: Awaitable[Result]) -> Result:
    """The exit code of `work`; an expected failure is printed and becomes its exit code."""
    try:
        return await work
    except CliError as error:
        out.error(error)
        return error.exit_code


def closed_output() -> ExitCode:
    """Standard output is gone: keep the interpreter from writing there once more at its end."""
    nowhere, standard_output = os.open(os.devnull, os.O_WRONLY), 1
    os.dup2(nowhere, standard_output)
    os.close(nowhere)
    return ExitCode.OUTPUT_CLOSED
