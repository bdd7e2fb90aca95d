"""What the company's API does with subscriptions, by its address."""

from __future__ import annotations

from paydesk_simulator.company import subscriptions as agreements
from paydesk_simulator.doors import shapes
from paydesk_simulator.doors.api_call import Act, Call, listing
from paydesk_simulator.doors.routes import Route
from paydesk_simulator.doors.shapes import Shape


def list_subscriptions(call: Call) -> Shape:
    count = call.page_size()
    found = agreements.subscriptions_of(call.books, call.customer().id, call.cursor(), count)
    rows = [shapes.subscription_shape(one, call.base) for one in found]
    return listing(rows, found[-1].id if len(found) == count else "")


def read_subscription(call: Call) -> Shape:
    return shapes.subscription_shape(_subscription(call), call.base)


def set_method(call: Call) -> Shape:
    """Let one method pay this subscription, and every open bill of it."""
    method_id = call.fields.text("method")
    changed = agreements.set_method(call.books, call.account, _subscription(call), method_id=method_id)
    return shapes.subscription_shape(changed, call.base)


def discount_subscription(call: Call) -> Shape:
    """Take `percent` off the next so many `bills`."""
    percent, bills = call.fields.whole("percent"), call.fields.whole("bills")
    return shapes.subscription_shape(
        agreements.discount(call.books, call.account, _subscription(call), percent=percent, bills=bills),
        call.base,
    )


def cancel_subscription(call: Call) -> Shape:
    return shapes.subscription_shape(
        agreements.cancel_now(call.books, call.account, _subscription(call), call.now), call.base
    )


def schedule_cancel(call: Call) -> Shape:
    return shapes.subscription_shape(
        agreements.schedule_cancel(call.books, call.account, _subscription(call)), call.base
    )


def undo_cancel(call: Call) -> Shape:
    return shapes.subscription_shape(
        agreements.undo_cancel(call.books, call.account, _subscription(call)), call.base
    )


def pause_subscription(call: Call) -> Shape:
    until = call.fields.moment("until")
    return shapes.subscription_shape(
        agreements.pause(call.books, call.account, _subscription(call), until), call.base
    )


def resume_subscription(call: Call) -> Shape:
    return shapes.subscription_shape(
        agreements.resume(call.books, call.account, _subscription(call), call.now), call.base
    )


def _subscription(call: Call) -> agreements.Subscription:
    return agreements.subscription_of(call.books, call.account, call.ids["id"])


SUBSCRIPTION_ROUTES: list[Route[Act]] = [
    Route("GET", "/v1/customers/{id}/subscriptions", "subscription.list", list_subscriptions),
    Route("GET", "/v1/subscriptions/{id}", "subscription.read", read_subscription),
    Route("POST", "/v1/subscriptions/{id}/cancel", "subscription.cancel", cancel_subscription),
    Route("POST", "/v1/subscriptions/{id}/schedule-cancel", "subscription.schedule_cancel", schedule_cancel),
    Route("POST", "/v1/subscriptions/{id}/undo-cancel", "subscription.undo_cancel", undo_cancel),
    Route("POST", "/v1/subscriptions/{id}/pause", "subscription.pause", pause_subscription),
    Route("POST", "/v1/subscriptions/{id}/resume", "subscription.resume", resume_subscription),
    Route("POST", "/v1/subscriptions/{id}/discount", "subscription.discount", discount_subscription),
    Route("POST", "/v1/subscriptions/{id}/method", "subscription.method", set_method),
]
