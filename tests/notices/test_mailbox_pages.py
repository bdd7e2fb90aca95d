"""The demo's mailbox: there in the demo alone, outside any merchant's portal."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from paydesk.notices.models import MailboxMessage
from tests.access.door import HOST
from tests.access.scene import NOW, merchant

pytestmark = pytest.mark.django_db


@pytest.fixture
def caught() -> MailboxMessage:
    """One letter in the mailbox."""
    return MailboxMessage.objects.create(
        sender="Harbor <billing@localhost>",
        recipient="ada@example.com",
        title="Sign in to Harbor",
        text="Open http://127.0.0.1:8000/m/harbor/sign-in/link#secret-of-the-link",
        html="<p>Hello</p><script>alert(1)</script>",
        caught_at=NOW,
    )


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


def test_without_the_setting_there_is_no_mailbox(settings: Settings, caught: MailboxMessage) -> None:
    settings.PAYDESK_MAILBOX = False
    for path in ("/mailbox", f"/mailbox/{caught.id}", f"/mailbox/{caught.id}/html"):
        assert Client(HTTP_HOST=HOST).get(path).status_code == 404


def test_a_merchants_portal_has_no_mailbox(settings: Settings) -> None:
    settings.PAYDESK_MAILBOX = True
    merchant()
    assert Client(HTTP_HOST=HOST).get("/m/harbor/mailbox").status_code == 404


def test_letters_are_listed_and_read_with_links_that_work(settings: Settings, caught: MailboxMessage) -> None:
    settings.PAYDESK_MAILBOX = True
    browser = Client(HTTP_HOST=HOST)
    assert "Sign in to Harbor" in browser.get("/mailbox").content.decode()
    words = browser.get(f"/mailbox/{caught.id}").content.decode()
    assert 'href="http://127.0.0.1:8000/m/harbor/sign-in/link#secret-of-the-link"' in words
    assert "<script>alert" not in words
    assert browser.get("/mailbox/999999").status_code == 404


def test_the_html_of_a_letter_runs_nothing(settings: Settings, caught: MailboxMessage) -> None:
    settings.PAYDESK_MAILBOX = True
    browser = Client(HTTP_HOST=HOST)
    assert (
        'sandbox="allow-popups allow-popups-to-escape-sandbox"'
        in browser.get(f"/mailbox/{caught.id}").content.decode()
    )
    answer = browser.get(f"/mailbox/{caught.id}/html")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
