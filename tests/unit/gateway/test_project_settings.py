"""A project's settings as the API shows them."""

import msgspec

from quarterdeck.domain.project import ProjectSettings
from quarterdeck_schema.projects.settings import shown_settings


def test_settings_stored_before_there_were_so_many_are_shown_with_the_new_ones_defaults() -> None:
    shown = shown_settings(msgspec.convert({"jail_driver": "auto", "max_sessions": 3}, ProjectSettings))

    assert (shown.max_sessions, shown.image, shown.network, shown.keep_ignored) == (3, "", [], False)
