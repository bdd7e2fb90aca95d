"""Letters: what they look like, how they go out, and what happens when they do not."""

from __future__ import annotations

import email
import re
from datetime import timedelta
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from pytest_django.fixtures import Settings

from paydesk.notices.mailbox import newest_letters
from paydesk.notices.models import Letter
from paydesk.notices.outbox import send_due_letter
from paydesk.work.queues import Queue, claim_of, work_one
from tests.access.scene import ADA, NOW, ask, customer, merchant, post
from tests.notices.test_looks import logo
from tests.processes import free_port

QUEUE = Queue(name="letters", rows=Letter, work=send_due_letter, failures_max=3)


class Postbox:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.is_open = True

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name.
        if not self.is_open:
            return "451 4.3.0 Try again later"
        self.taken.append(email.message_from_bytes(envelope.content))
        return "250 OK"


def work(at: Any) -> int:
    """Let the worker send what is due."""
    claimed = claim_of(QUEUE, most=10, now=at)
    for taken in claimed:
        work_one(QUEUE, taken, clock=lambda: at)
    return len(claimed)


@pytest.mark.django_db
def test_a_letter_carries_the_merchants_name_and_answers_go_to_its_support() -> None:
    shop = merchant(name="Café Müller & Söhne")
    customer(shop)
    ask(shop)
    [letter] = post()
    message = letter.message
    assert message.from_email == "=?utf-8?b?Q2Fmw6kgTcO8bGxlciAmIFPDtmhuZQ==?= <billing@localhost>"
    assert message.reply_to == ["help@harbor.example"]
    assert message.subject == "Sign in to Café Müller & Söhne"
    assert "Café Müller & Söhne" in str(message.body)
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.django_db
def test_a_letter_leaves_whatever_line_breaks_a_name_has() -> None:
    shop = merchant(name="Harbor\nCoffee")
    customer(shop)
    ask(shop)
    [letter] = post()
    assert (letter.message.subject, letter.message.from_email) == (
        "Sign in to Harbor Coffee",
        "Harbor Coffee <billing@localhost>",
    )
    assert letter.message.message()["Subject"] == "Sign in to Harbor Coffee"


@pytest.mark.django_db
def test_a_letter_is_real_text_first_and_loads_nothing() -> None:
    shop = merchant()
    customer(shop)
    ask(shop)
    [letter] = post()
    [(html, kind)] = letter.message.alternatives
    assert kind == "text/html"
    assert letter.code in str(html)
    assert letter.link in str(html)
    assert not re.findall(r"<(?:img|link|script)\b", str(html))
    assert "prefers-color-scheme: dark" in str(html)
    assert 'class="button"' in str(html)
    assert "background: #3d5afe" in str(html)
    assert letter.code in str(letter.message.body).splitlines()[0]


@pytest.mark.django_db
def test_what_a_merchant_calls_itself_is_escaped_in_html() -> None:
    shop = merchant(name="<b>Harbor</b>")
    customer(shop)
    ask(shop)
    [letter] = post()
    html = str(letter.message.alternatives[0][0])
    assert "<b>Harbor" not in html
    assert "&lt;b&gt;Harbor" in html
    assert "<b>Harbor</b>" in str(letter.message.body)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("of_customer", "of_merchant", "written_in"), [("de", "en", "de"), ("", "de", "de"), ("", "en", "en")]
)
def test_a_letter_is_written_in_the_language_of_its_reader(
    of_customer: str, of_merchant: str, written_in: str
) -> None:
    shop = merchant(language=of_merchant)
    customer(shop, language=of_customer)
    ask(shop)
    [letter] = post()
    assert f'lang="{written_in}"' in str(letter.message.alternatives[0][0])


@pytest.mark.django_db
def test_times_are_told_in_the_merchants_zone() -> None:
    shop = merchant(time_zone="Asia/Kolkata")
    customer(shop)
    ask(shop)
    [letter] = post()
    assert "It works until 14:40 (Asia/Kolkata)." in str(letter.message.body)
    assert "It works once, until 14:45." in str(letter.message.body)


@pytest.mark.django_db
def test_a_letter_sent_again_is_the_same_letter() -> None:
    shop = merchant()
    customer(shop)
    ask(shop)
    post()
    Letter.objects.update(sent_at=None, due_at=NOW)
    post()
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


@pytest.mark.django_db
def test_a_letter_that_was_sent_is_not_sent_again() -> None:
    shop = merchant()
    customer(shop)
    ask(shop)
    post()
    Letter.objects.update(due_at=NOW)
    assert post() == []


@pytest.mark.django_db
def test_no_secret_is_kept_in_the_outbox() -> None:
    shop = merchant()
    customer(shop)
    ask(shop)
    [letter] = post()
    kept = repr(list(Letter.objects.values()))
    assert letter.secret not in kept
    assert letter.code not in kept


@pytest.mark.django_db(transaction=True)
def test_a_letter_goes_out_by_real_smtp_and_is_tried_again_when_the_server_refuses(
    settings: Settings,
) -> None:
    postbox = Postbox()
    server = Controller(postbox, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    try:
        shop = merchant(name="Tidewater Ceramics", logo=logo(), accent_color="#ffee00")
        customer(shop)
        ask(shop)
        _deliver_events()
        postbox.is_open = False
        assert work(NOW) == 1
        assert "451" in Letter.objects.get().trouble
        assert work(NOW + timedelta(seconds=1)) == 0
        postbox.is_open = True
        assert work(NOW + timedelta(minutes=1)) == 1
    finally:
        server.stop()
    [taken] = postbox.taken
    assert (taken["To"], taken["Reply-To"]) == (ADA, "help@harbor.example")
    assert taken["From"] == "Tidewater Ceramics <billing@localhost>"
    assert [part.get_content_type() for part in taken.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    _, text, html = (part.get_payload(decode=True) for part in taken.walk())
    assert b"Questions? Ask Tidewater Ceramics:" in text
    assert b"http://127.0.0.1:8000/m/harbor/theme/logo/" in html
    assert b'alt="Tidewater Ceramics"' in html
    assert b"background: #786f00" in html
    assert Letter.objects.get().sent_at == NOW + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_nobody_takes_is_given_up_and_seen(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    shop = merchant()
    customer(shop)
    ask(shop)
    _deliver_events()
    moment = NOW
    for _ in range(5):
        work(moment)
        moment += timedelta(minutes=2)
    letter = Letter.objects.get()
    assert letter.dead_at is not None
    assert "refused" in letter.trouble.lower()
    assert letter.tries_count == 3


@pytest.mark.django_db
def test_the_mailbox_catches_letters(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "paydesk.notices.mailbox.MailboxBackend"
    shop = merchant()
    customer(shop)
    ask(shop)
    _deliver_events()
    work(NOW)
    [caught] = newest_letters()
    assert caught.recipient == ADA
    assert "#" in caught.text
    assert caught.html.startswith("<!DOCTYPE html>")


def _deliver_events() -> None:
    from paydesk.config.reactions import deliver_event
    from paydesk.events.models import Event

    for taken in claim_of(Queue(name="events", rows=Event, work=deliver_event), most=10, now=NOW):
        deliver_event(taken, NOW)
