"""The addresses of signing in."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.sign_in.ask import ask_again, prove, sign_in
from paydesk.portal.sign_in.code import sign_in_code
from paydesk.portal.sign_in.link import sign_in_link

urlpatterns = [
    path("sign-in", sign_in, name="sign_in"),
    path("sign-in/code", sign_in_code, name="sign_in_code"),
    path("sign-in/link", sign_in_link, name="sign_in_link"),
    path("sign-in/again", ask_again, name="sign_in_again"),
    path("sign-in/prove", prove, name="prove"),
]
