"""Fixtures that every test may ask for."""

from tests.support.debian import debian_image
from tests.support.docker_daemon import docker_daemon, gvisor_daemon
from tests.support.s3 import s3
from tests.support.services import database, empty_database, nats_server, nats_url, postgres, template_database

__all__ = [
    "database",
    "debian_image",
    "docker_daemon",
    "empty_database",
    "gvisor_daemon",
    "nats_server",
    "nats_url",
    "postgres",
    "s3",
    "template_database",
]
