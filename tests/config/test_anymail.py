"""A mail service needs two settings and no line of code."""

from django.core.mail import get_connection
from django.test import override_settings


@override_settings(ANYMAIL={"POSTMARK_SERVER_TOKEN": "token"})
def test_a_service_of_anymail_is_chosen_by_name() -> None:
    service = get_connection("anymail.backends.postmark.EmailBackend")
    assert getattr(service, "server_token", "") == "token"
