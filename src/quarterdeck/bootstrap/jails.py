"""What sessions on this host are made of; the doctor looks at the same."""

import os

from quarterdeck.adapters.objects import ObstoreObjects
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.config import Settings
from quarterdeck.jail.abstract import JailDriver
from quarterdeck.jail.bubblewrap import BubblewrapDriver
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.drivers import Drivers
from quarterdeck.jail.egress.keeper import EgressSettings, ProcessEgressKeeper
from quarterdeck.jail.launcher import Launcher
from quarterdeck.jail.limits import JailLimits


def jail_driver(settings: Settings) -> JailDriver:
    """The driver for sessions on this host."""
    limits = JailLimits(output_bytes=settings.limit_output_bytes) if settings.limit_output_bytes else JailLimits()
    state, uid = settings.data_dir / "worker", jail_uid(settings)
    network, launcher = settings.docker_build_network, Launcher()
    return Drivers(
        BubblewrapDriver(state, uid, limits=limits, launcher=launcher),
        DockerDriver(state, uid, settings.docker_host, limits=limits, build_network=network, launcher=launcher),
    )


def egress(settings: Settings) -> ProcessEgressKeeper:
    asked = EgressSettings(private_networks=settings.egress_private_networks, dns=settings.egress_dns)
    return ProcessEgressKeeper(settings.data_dir / "worker", jail_uid(settings), asked)


def object_store(settings: Settings) -> ObjectStore:
    return ObstoreObjects(settings.object_store)


def jail_uid(settings: Settings) -> int | None:
    """An ordinary user's jails run as that user."""
    return settings.jail_uid if os.geteuid() == 0 else None
