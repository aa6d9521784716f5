"""Everything that can be set, and where it is read from."""

import os
from pathlib import Path
from typing import Self

from pydantic_settings import BaseSettings, JsonConfigSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from quarterdeck.config.sections import (
    Delivery,
    Egress,
    General,
    Limits,
    Listening,
    Services,
    Telemetry,
    UsageKept,
    Users,
    Worker,
)
from quarterdeck.config.values import LogFormat, listed

__all__ = ["FILE_VARIABLE", "PREFIX", "SECTIONS", "Limits", "LogFormat", "Settings"]

PREFIX = "QD_"
FILE_VARIABLE = "QD_SETTINGS_FILE"
"""Names a JSON file with settings; the environment wins over it. Roles under `quarterdeck up` get theirs this way."""


class Settings(Limits, UsageKept, Telemetry, Delivery, Egress, Worker, Users, Services, Listening, General):
    """Everything that can be set. Secret values are `SecretStr`: they are in no repr, log or error."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed in, then the environment, then the file."""
        file = JsonConfigSettingsSource(settings_cls, os.environ.get(FILE_VARIABLE) or None)
        return init_settings, env_settings, file

    @property
    def url(self) -> str:
        """The address that clients use."""
        host = f"[{self.local_host}]" if ":" in self.local_host else self.local_host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def object_store(self) -> str:
        """The object store's URL; it may hold credentials."""
        if self.object_store_url is not None:
            return self.object_store_url.get_secret_value()
        return (self.data_dir / "objects").as_uri()

    @property
    def reports(self) -> Path:
        """The folder of reports."""
        return self.report_dir or self.data_dir / "reports"

    @property
    def checkpoint_store(self) -> str:
        """As `object_store`."""
        if self.checkpoint_store_url is not None:
            return self.checkpoint_store_url.get_secret_value()
        return (self.data_dir / "checkpoints").as_uri()

    @property
    def trace_headers(self) -> dict[str, str]:
        """What the collector is told with each request; secret."""
        given = listed(self.otlp_headers) if self.otlp_headers else []
        return {name: value for name, _, value in (each.partition("=") for each in given)}

    @property
    def local_host(self) -> str:
        """The host to connect to from this machine."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound

    def with_owner_urls(self) -> Self:
        """With the owner's and the projector's URL filled in from the one before, where they are not given."""
        owner = self.database_owner_url or self.database_url
        return self.model_copy(
            update={"database_owner_url": owner, "database_projector_url": self.database_projector_url or owner}
        )


SECTIONS: tuple[type[BaseSettings], ...] = (
    General,
    Listening,
    Services,
    Users,
    Worker,
    Egress,
    Delivery,
    Telemetry,
    UsageKept,
    Limits,
)
"""In the order of the reference page."""
