"""Loading the settings, naming what is wrong with them, and the reference page made from them."""

import difflib
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from quarterdeck.config import FILE_VARIABLE, PREFIX, SECTIONS, Settings
from quarterdeck.host.accounts import Account
from quarterdeck.host.errors import SettingsError
from quarterdeck.host.secrets import write_private

_CHECKED: Callable[..., Settings] = Settings
"""The values are checked by pydantic, not by the type checker."""

KINDS = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
    "array": "list",
    "path": "folder",
    "password": "URL (secret)",
    "secret": "text (secret)",
}

REFERENCE_HEAD = """\
# Settings

Made by `quarterdeck settings --markdown`; do not edit.

Every setting is an environment variable. `QD_SETTINGS_FILE` may name a JSON file with the same names in lower case and
without the prefix (`{"port": 8080}`); only its owner may have rights on it, and the environment wins over it.
A wrong value is named at the start, with exit code 2.
"""


def load(**given: object) -> Settings:
    """The settings from the environment and the file, with `given` (where not None) on top.

    Raises SettingsError with one line for each wrong value, never with a secret in it.
    """
    _check_file()
    try:
        return _CHECKED(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = [f"{_variable(e['loc'])}: {_reason(e['msg'])}" for e in error.errors(include_input=False)]
        raise SettingsError("\n".join(lines), "The settings and their values: quarterdeck settings.") from None


def save(settings: Settings, path: Path, owner: Account | None = None) -> None:
    """Writes all settings, secrets included, to a file that only `owner` can read."""
    write_private(path, json.dumps({name: _plain(value) for name, value in settings}, indent=2), owner)


def misspelt() -> list[str]:
    """Variables in the environment that look like a setting and are none, each with what was meant."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {FILE_VARIABLE}
    odd = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    close = {name: difflib.get_close_matches(name, known, n=1, cutoff=0.85) for name in odd}
    return [f"{name} is no setting; {match[0]} is." for name, match in close.items() if match]


def reference() -> str:
    """The reference page, as Markdown."""
    return "\n".join([REFERENCE_HEAD, *(line for section in SECTIONS for line in _section(section))])


def rows() -> Iterator[tuple[str, str, str]]:
    """Each setting's variable, default and meaning."""
    for section in SECTIONS:
        for name, field in section.model_fields.items():
            yield PREFIX + name.upper(), _default(field), field.description or ""


def _section(section: type[BaseSettings]) -> Iterator[str]:
    yield f"## {section.__name__}\n\n{section.__doc__}\n"
    yield "| variable | kind | default | meaning |"
    yield "|---|---|---|---|"
    for name, field in section.model_fields.items():
        yield f"| `{PREFIX}{name.upper()}` | {_kind(field)} | {_default(field)} | {field.description} |"
    yield ""


def _kind(field: FieldInfo) -> str:
    adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
    schema = adapter.json_schema()
    first: dict[str, Any] = schema.get("anyOf", [schema])[0]
    if "enum" in first:
        return ", ".join(first["enum"])
    return KINDS[first.get("format", first["type"])]


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return str(field.examples[0]) if field.examples else ""
    value: object = field.get_default()
    if value is None or value in ((), ""):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _variable(location: tuple[int | str, ...]) -> str:
    return PREFIX + str(location[0]).upper() if location else FILE_VARIABLE


def _reason(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[0].lower() + text[1:] + "."


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value) if isinstance(value, Path) else value


def _check_file() -> None:
    name = os.environ.get(FILE_VARIABLE)
    if not name:
        return
    path = Path(name)
    try:
        with path.open() as file:
            mode = os.fstat(file.fileno()).st_mode
            content: object = json.load(file)
    except OSError as error:
        raise SettingsError(f"{FILE_VARIABLE}: {name} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"{FILE_VARIABLE}: {name} is not JSON: {error}.") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{FILE_VARIABLE}: {name} must hold a JSON object.")
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(f"{FILE_VARIABLE}: others have rights on {name}.", f"chmod 600 {name}")
