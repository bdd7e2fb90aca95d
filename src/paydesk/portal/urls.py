"""Every address of the portal; each belongs to one merchant, whose prefix the doorway has taken off."""

from __future__ import annotations

from django.urls import include, path

from paydesk.portal.home.views import home
from paydesk.portal.methods.changes import change
from paydesk.portal.methods.of_subscription import method_of_subscription
from paydesk.portal.methods.remove import remove
from paydesk.portal.methods.use import use
from paydesk.portal.methods.views import add, methods
from paydesk.portal.payments.history import history
from paydesk.portal.payments.pay import come_back, pay
from paydesk.portal.payments.table import history_csv
from paydesk.portal.payments.views import payment
from paydesk.portal.setups import views as setups
from paydesk.portal.subscriptions.views import subscription, subscriptions
from paydesk.portal.theme import views as look
from paydesk.portal.upcoming.views import coming_up

urlpatterns = [
    path("", home, name="home"),
    path("upcoming", coming_up, name="upcoming"),
    path("payments", history, name="history"),
    path("payments.csv", history_csv, name="history_csv"),
    path("payments/<str:public_id>", payment, name="payment"),
    path("payments/<str:public_id>/pay", pay, name="payment_pay"),
    path("payments/<str:public_id>/return", come_back, name="payment_return"),
    path("payments/<str:public_id>/card", setups.begin, name="payment_card"),
    path("setups/<str:setup_id>", setups.enter, name="setup"),
    path("setups/<str:setup_id>/done", setups.done, name="setup_done"),
    path("", include("paydesk.portal.orders.urls")),
    path("subscriptions", subscriptions, name="subscriptions"),
    path("subscriptions/<str:public_id>", subscription, name="subscription"),
    path("", include("paydesk.portal.quotes.urls")),
    path("", include("paydesk.portal.changes.urls")),
    path("", include("paydesk.portal.moving.urls")),
    path("subscriptions/<str:public_id>/method", method_of_subscription, name="subscription_method"),
    path("methods", methods, name="methods"),
    path("", include("paydesk.portal.backups.urls")),
    path("methods/add", add, name="method_add"),
    path("methods/changes/<str:public_id>", change, name="method_change"),
    path("methods/<str:public_id>/use", use, name="method_use"),
    path("methods/<str:public_id>/remove", remove, name="method_remove"),
    path("", include("paydesk.portal.receipts.urls")),
    path("", include("paydesk.portal.statements.urls")),
    path("", include("paydesk.portal.sign_in.urls")),
    path("", include("paydesk.portal.details.urls")),
    path("", include("paydesk.portal.devices.urls")),
    path("", include("paydesk.portal.calendar.urls")),
    path("", include("paydesk.portal.tickets.urls")),
    path("", include("paydesk.portal.mailbox.urls")),
    path("", include("paydesk.portal.design.urls")),
    path("theme/<str:version>", look.theme, name="theme"),
    path("theme/logo/<str:digest>", look.logo, name="logo"),
    path("theme/icon/<str:version>", look.icon, name="icon"),
]
