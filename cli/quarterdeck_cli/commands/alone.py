"""qd alone: a REPL in a terminal, else an overview."""

import sys

from quarterdeck_cli.commands.overview import overview
from quarterdeck_cli.qd import Qd


async def alone(qd: Qd, *, as_json: bool = False) -> int:
    """What is going on, and in a terminal a prompt after it."""
    if as_json or qd.out.manner.quiet or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return await overview(qd, as_json=as_json)
    # brings prompt-toolkit, which nothing else needs
    from quarterdeck_cli.app import make_app
    from quarterdeck_cli.plugins import add_plugins
    from quarterdeck_cli.repl.loop import repl

    app = make_app()
    # those that cannot be loaded were named when this call began
    return await repl(qd, app, add_plugins(app, lambda text: None))
