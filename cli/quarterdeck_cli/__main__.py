"""`qd`, also as `python -m quarterdeck_cli`."""

import sys

COMPLETE = "__complete"
NEW_OBJECTS = 50_000
"""After as many Python looks for garbage. What a call makes is mostly modules, which stay to its end."""


def main() -> None:
    if sys.argv[1:2] == [COMPLETE]:
        from quarterdeck_cli.completion.shell import answer

        sys.exit(answer(sys.argv[2:]))
    _main()


def _main() -> None:
    import atexit
    import gc

    import typer

    from quarterdeck_cli.app import make_app
    from quarterdeck_cli.command_tree import command_of
    from quarterdeck_cli.plugins import add_plugins

    gc.set_threshold(NEW_OBJECTS)
    # The interpreter would look through all of it three times more while it ends: a fifth of a short call's time.
    atexit.register(gc.freeze)
    app = make_app()
    add_plugins(app, lambda text: typer.echo(text, err=True))
    command_of(app)(prog_name="qd")


if __name__ == "__main__":
    main()
