"""The page on security."""

from tests.attacks import table
from tests.attacks.script import everything


def test_the_page_is_what_the_filter_the_masks_and_the_attacks_make_it() -> None:
    page = table.PAGE.read_text()

    assert page == table.current(page, table.stored()), "run: python -m tests.attacks --page"


def test_every_attack_was_run() -> None:
    scripts = {script.id for script in everything()}

    assert {driver: set(results) for driver, results in table.stored().items()} == dict.fromkeys(
        table.stored(), scripts
    ), "run: python -m tests.attacks"


def test_every_kind_of_attack_has_a_title() -> None:
    assert {script.kind for script in everything()} == set(table.KINDS)
