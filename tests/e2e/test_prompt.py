"""`qd` alone in a terminal, with a whole product."""

import pytest
from tests.support.product import Product
from tests.support.terminal_screen import on_terminal

from quarterdeck.host.launch import command

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.account("user")]


async def test_a_sitting_with_a_session_its_files_and_a_gateway_that_goes_and_comes_back(product: Product) -> None:
    environment = {**product.environment(), "TERM": "xterm-256color"}
    screen = on_terminal(command(product.launch(("qd",), product.home / "deck")), environment, columns=100, rows=30)
    try:
        screen.shows("deck:main", "● up", "$0.00 today")

        screen.type("session open --title sails\r")
        screen.shows("Run something in it", "deck:main ⟨")
        screen.type("!echo ahoy; mkdir -p hold; touch hold/rope.txt; read -t 1; echo again\r")
        screen.shows("ahoy")
        screen.shows("again")

        screen.type("!cat ho")
        screen.shows("hold/")
        screen.type("ld/")
        screen.shows("rope.txt")
        screen.type("\x15")
        screen.type("session show sai")
        screen.shows("ready  deck  main  sails")
        screen.type("\x15!echo begun; sleep 987\r")
        screen.shows("\nbegun")
        screen.type("\x03")
        screen.shows("Cancel the command? [y/N/detach]")
        screen.type("y\r")
        screen.shows("The command was cancelled.", "✗ 130 deck:main")

        await product.kill("gateway")
        screen.shows("● up", "✗ 130 deck:main")
        screen.type("session close\r")
        screen.shows("is left", "deck:main \u276f")
        screen.type("\x04")
        assert screen.ended() == 0
    finally:
        screen.child.close(force=True)
