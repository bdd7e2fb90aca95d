"""Play the story of a payment plan that Paydesk collects: see it half paid, let days pass, see that it was charged."""

import time
from collections.abc import Callable

from toolbox.demo.agreements import KILN, NEXT_DAYS
from toolbox.demo.clocks import move_clocks
from toolbox.demo.company import list_of_company
from toolbox.demo.guest import Guest
from toolbox.demo.place import Place
from toolbox.demo.story import SHOP

CHARGED_SECONDS = 30


class PlanStory:
    """What one step leaves for the next: the guest, and the page of the plan."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._guest = Guest(place, KILN["customer"])
        self._plan = ""

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        return [
            ("Come in as a customer whose plan Paydesk collects", self._come_in),
            ("See what is coming up in the next twelve months", self._look_ahead),
            ("See the plan, half of it paid, and its next payment", self._look_at_plan),
            ("Let two days pass, here and at the company", self._let_days_pass),
            ("See that the worker has charged the next payment, once", self._see_it_charged),
        ]

    def _come_in(self) -> None:
        self._guest.ask()
        self._guest.read_letter()
        self._guest.sign_in()

    def _look_ahead(self) -> None:
        self._guest.open("/upcoming").require(KILN["name"], KILN["next"], "Clay club")

    def _look_at_plan(self) -> None:
        listed = self._guest.open("/subscriptions")
        named = [address for address, words in listed.links if KILN["name"] in words]
        self._plan = named[0] if named else listed.misses(KILN["name"])
        self._guest.browser.get(self._plan).require(KILN["name"], "5 payments left", KILN["next"])

    def _let_days_pass(self) -> None:
        move_clocks(self._place, days=NEXT_DAYS)

    def _see_it_charged(self) -> None:
        deadline = time.monotonic() + CHARGED_SECONDS
        while "4 payments left" not in (page := self._guest.browser.get(self._plan)).text:
            if time.monotonic() > deadline:
                page.misses("a payment less to make")
            time.sleep(0.2)
        journal = list_of_company(self._place, f"accounts/{self._place.kept.accounts[SHOP]['id']}/journal")
        minor = int(KILN["next"].replace(".", ""))
        if [row["amount_minor"] for row in journal].count(minor) != 1:
            page.misses("one charge in the company's journal")
