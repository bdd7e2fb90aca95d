"""The settings that come from the environment mean what docs/settings.md says."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from paydesk.config import environment


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///paydesk.sqlite3", "paydesk.sqlite3"),
        ("sqlite:///var/paydesk.sqlite3", "var/paydesk.sqlite3"),
        ("sqlite:////var/lib/paydesk.sqlite3", "/var/lib/paydesk.sqlite3"),
        ("sqlite:////srv/with%20space.sqlite3", "/srv/with space.sqlite3"),
    ],
)
def test_three_slashes_are_a_relative_path_and_four_an_absolute_one(url: str, file: str) -> None:
    assert environment.database(url)["NAME"] == file


def test_postgresql_is_read_part_by_part() -> None:
    settings = environment.database("postgresql://paydesk:s%40crt@db.example:5433/billing?sslmode=require")
    found = {name: settings[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    assert found == {
        "NAME": "billing",
        "USER": "paydesk",
        "PASSWORD": "s@crt",
        "HOST": "db.example",
        "PORT": "5433",
    }
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_another_database_is_refused_by_name() -> None:
    with pytest.raises(ImproperlyConfigured, match="mysql"):
        environment.database("mysql://localhost/paydesk")


def test_a_short_secret_is_refused_and_a_missing_one_too_but_on_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAYDESK_SECRET_KEY", "short")
    with pytest.raises(ImproperlyConfigured, match="32 characters"):
        environment.secret("PAYDESK_SECRET_KEY", is_loopback=True)
    monkeypatch.delenv("PAYDESK_SECRET_KEY")
    with pytest.raises(ImproperlyConfigured, match="is not set"):
        environment.secret("PAYDESK_SECRET_KEY", is_loopback=False)
    assert environment.secret("PAYDESK_SECRET_KEY", is_loopback=True)


@pytest.mark.parametrize(
    ("url", "ssl", "tls", "port"),
    [
        ("smtp://127.0.0.1", False, False, 25),
        ("smtps://me:secret@mail.example", True, False, 465),
        ("smtp+tls://mail.example:587", False, True, 587),
    ],
)
def test_mail_is_plain_or_encrypted_as_the_address_says(url: str, ssl: bool, tls: bool, port: int) -> None:
    settings = environment.mail(url)
    assert (settings["EMAIL_USE_SSL"], settings["EMAIL_USE_TLS"], settings["EMAIL_PORT"]) == (ssl, tls, port)


def test_options_of_a_mail_service_are_one_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYDESK_MAIL_OPTIONS", '["postmark"]')
    with pytest.raises(ImproperlyConfigured, match="one JSON object"):
        environment.mapping("PAYDESK_MAIL_OPTIONS")
    monkeypatch.setenv("PAYDESK_MAIL_OPTIONS", '{"POSTMARK_SERVER_TOKEN": "token"}')
    assert environment.mapping("PAYDESK_MAIL_OPTIONS") == {"POSTMARK_SERVER_TOKEN": "token"}
    monkeypatch.delenv("PAYDESK_MAIL_OPTIONS")
    assert environment.mapping("PAYDESK_MAIL_OPTIONS") == {}


@pytest.mark.parametrize("name", ["PAYDESK_FAULTS", "PAYDESK_FAULTS_REACHED"])
def test_faults_are_refused_anywhere_but_on_loopback(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "F07:kill:1")
    with pytest.raises(ImproperlyConfigured, match="loopback only"):
        environment.faults(is_loopback=False)


def test_a_fault_that_does_not_exist_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYDESK_FAULTS", "F99:kill:1")
    with pytest.raises(ImproperlyConfigured, match=r"PAYDESK_FAULTS: .*F99"):
        environment.faults(is_loopback=True)
