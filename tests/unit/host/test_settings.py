"""Settings: where they come from, what is said about wrong ones, what the reference page holds."""

import json
from pathlib import Path

import pytest

from quarterdeck.config import Settings
from quarterdeck.host import settings
from quarterdeck.host.errors import SettingsError

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "settings.md"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"QD_{name.upper()}", raising=False)
    monkeypatch.delenv("QD_SETTINGS_FILE", raising=False)


def test_the_reference_page_is_current() -> None:
    assert REFERENCE.read_text() == settings.reference(), (
        "run: quarterdeck settings --markdown > docs/reference/settings.md"
    )


def test_every_setting_is_described() -> None:
    assert [name for name, _, meaning in settings.rows() if not meaning] == []
    assert len(list(settings.rows())) == len(Settings.model_fields)


def test_what_is_passed_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"port": 1, "host": "1.1.1.1", "worker_id": "file"}))
    file.chmod(0o600)
    monkeypatch.setenv("QD_SETTINGS_FILE", str(file))
    monkeypatch.setenv("QD_PORT", "2")
    monkeypatch.setenv("QD_HOST", "2.2.2.2")
    loaded = settings.load(port=3, data_dir=None)
    assert (loaded.port, loaded.host, loaded.worker_id) == (3, "2.2.2.2", "file")


def test_saved_settings_are_private_and_load_as_they_were(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QD_DATABASE_URL", "postgresql://me:sesame@there/db")
    monkeypatch.setenv("QD_ALLOWED_ORIGINS", "https://a.example, https://b.example")
    given = settings.load(data_dir=tmp_path)
    assert given.allowed_origins == ("https://a.example", "https://b.example")
    file = tmp_path / "saved.json"
    settings.save(given, file)
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.delenv("QD_DATABASE_URL")
    monkeypatch.delenv("QD_ALLOWED_ORIGINS")
    monkeypatch.setenv("QD_SETTINGS_FILE", str(file))
    assert settings.load() == given


def test_secrets_are_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QD_DATABASE_URL", "postgresql://me:sesame@there/db")
    assert "sesame" not in repr(settings.load())
    monkeypatch.setenv("QD_DATABASE_URL", "postgres//me:sesame@there/db")
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("QD_PORT", "0", "greater than or equal to 1"),
        ("QD_PORT", "http", "valid integer"),
        ("QD_LOG_FORMAT", "xml", "'text' or 'json'"),
        ("QD_NATS_URL", "http://there", "must start with nats:// or tls://"),
        ("QD_OBJECT_STORE_URL", "http://bucket", "must start with file:// or s3:// or gs:// or az://"),
        ("QD_WORKER_ID", "a.b", "should match pattern"),
        ("QD_PUBLIC_URL", "there", "should match pattern"),
        ("QD_JAIL_UID", "0", "greater than or equal to 1"),
        ("QD_LIMIT_BODY_BYTES", "-1", "greater than 0"),
        ("QD_DEVELOPMENT", "perhaps", "valid boolean"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert caught.value.message.startswith(f"{name}: ")
    assert said in caught.value.message
    assert caught.value.exit_code == 2


def test_a_misspelt_variable_is_told_apart_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QD_DATBASE_URL", "x")
    monkeypatch.setenv("QD_SOMETHING_ELSE", "x")
    assert settings.misspelt() == ["QD_DATBASE_URL is no setting; QD_DATABASE_URL is."]


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [("{", 0o600, "is not JSON"), ("[]", 0o600, "must hold a JSON object"), ("{}", 0o644, "others have rights")],
)
def test_a_settings_file_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str, mode: int, said: str
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(content)
    file.chmod(mode)
    monkeypatch.setenv("QD_SETTINGS_FILE", str(file))
    with pytest.raises(SettingsError, match=said):
        settings.load()


def test_a_settings_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QD_SETTINGS_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        settings.load()


def test_one_database_url_serves_for_all_where_no_other_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QD_DATABASE_URL", "postgresql://one@there/db")
    loaded = settings.load().with_owner_urls()
    assert loaded.database_owner_url == loaded.database_projector_url == loaded.database_url


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:7777"), ("0.0.0.0", "http://127.0.0.1:7777"), ("::", "http://[::1]:7777")],
)
def test_the_address_is_one_that_a_client_can_use(monkeypatch: pytest.MonkeyPatch, host: str, url: str) -> None:
    monkeypatch.setenv("QD_HOST", host)
    assert settings.load().url == url
