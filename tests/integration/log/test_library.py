"""The eventsourcing library's own test cases, on our recorder."""

from collections.abc import Generator
from contextlib import closing

import pytest
from eventsourcing.tests.persistence import ApplicationRecorderTestCase
from tests.support.services import Database

from quarterdeck.adapters.postgres.recorder import GroupCommittingRecorder


class TestRecorder(ApplicationRecorderTestCase[GroupCommittingRecorder]):
    """Each test of the library makes its recorder on an empty log."""

    @pytest.fixture(autouse=True)
    def _log(self, database: Database) -> Generator[None]:
        with closing(GroupCommittingRecorder(database.app_url)) as recorder:
            self.recorder = recorder
            yield

    def create_recorder(self) -> GroupCommittingRecorder:
        return self.recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()
