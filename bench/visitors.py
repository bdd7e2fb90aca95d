"""A merchant with full books, and sessions for some of its customers, made directly in the database."""

from datetime import UTC, datetime
from uuid import uuid4

from django.conf import settings
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.utils.crypto import get_random_string

from bench.books import BUSY, MEASURED, address_of, write_books
from paydesk.access.cookies import session_cookie
from paydesk.access.models import Session
from paydesk.access.sessions import start_session
from paydesk.merchants.add import MerchantWanted, add_merchant
from paydesk.merchants.connect import seal
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection


def write_merchant(slug: str) -> MerchantInSight:
    """Write a merchant with one connection, 20,000 customers and their payments."""
    now = datetime.now(UTC)
    wanted = MerchantWanted(
        slug=slug, name="Bench", support_email="bench@example.com", mode="test", time_zone="Europe/Lisbon"
    )
    merchant = merchant_by_id(add_merchant(wanted, now=now).id)
    connection = Connection.objects.create(
        merchant_id=merchant.id,
        uuid=uuid4(),
        gateway="simulated-billing",
        name="Memberships",
        credentials=seal(merchant.uuid, {"api_key": "none", "webhook_secret": "none"}),
        created_at=now,
    )
    write_books(connection)
    return merchant


def sign_in_everybody(merchant: MerchantInSight) -> list[str]:
    """Start a session for each customer who is measured, the busy one last; gives what their browsers have by then."""
    now = datetime.now(UTC)
    cookies = []
    for person in (*range(1, MEASURED + 1), BUSY):
        session = start_session(
            merchant_id=merchant.id,
            customer_id=person,
            address=address_of(person),
            carrier=Session.Carrier.COOKIE,
            device="bench",
            now=now,
        )
        form = f"{settings.CSRF_COOKIE_NAME}={get_random_string(CSRF_SECRET_LENGTH)}"
        cookies.append(f"{session_cookie(merchant)}={session.token}; {form}")
    return cookies
