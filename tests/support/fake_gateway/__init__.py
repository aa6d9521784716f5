"""A gateway for tests of the client: the committed schema, real HTTP and WebSockets, and a world that a test writes."""

from tests.support.fake_gateway.server import FakeGateway
from tests.support.fake_gateway.world import FakeCommand, Program, World

__all__ = ["FakeCommand", "FakeGateway", "Program", "World"]
