"""`qd`, also as `python -m quarterdeck_cli`."""

import typer

from quarterdeck_cli.app import make_app
from quarterdeck_cli.plugins import add_plugins


def main() -> None:
    app = make_app()
    add_plugins(app, lambda text: typer.echo(text, err=True))
    app(prog_name="qd")


if __name__ == "__main__":
    main()
