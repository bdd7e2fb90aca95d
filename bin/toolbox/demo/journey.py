"""Play a customer's story over HTTP against the running demo: sign in, see what failed, pay it with a new card."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from toolbox.demo.browser import Page, WentWrong
from toolbox.demo.guest import Guest
from toolbox.demo.parts import PartEnded, Programs
from toolbox.demo.place import Place
from toolbox.demo.plan_story import PlanStory

ADDRESS = "ines@duarte.example"
NEW_CARD = {
    "number": "4242 4242 4242 4242",
    "expiry": "12 / 34",
    "security_code": "123",
    "holder": "Inês Duarte",
}
ANSWER_SECONDS = 20
#: How a page says that an answer is still to come.
WAITING = ("has not answered yet", "is on its way")


def play(place: Place, programs: Programs) -> bool:
    """Print each step; gives whether all of them went well."""
    for words, step in [*_Story(place).steps(), *PlanStory(place).steps()]:
        began = time.monotonic()
        try:
            step()
            programs.require_alive()
        except (WentWrong, PartEnded, OSError) as trouble:
            print(f"FAILED  {words}\n{trouble}", flush=True)
            return False
        print(f"ok      {words} ({time.monotonic() - began:.1f} s)", flush=True)
    print("The customers' stories went well.")
    return True


class _Story:
    """What one step leaves for the next: the guest, the payment that failed, the page after the company's."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._guest = Guest(place, ADDRESS)
        self._browser = self._guest.browser
        self._url = self._guest.url
        self._payment = ""
        self._page: Page | None = None

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        return [
            ("Ask for a sign-in link", self._guest.ask),
            ("Read the letter in the mailbox", self._guest.read_letter),
            ("Sign in with its link, by a POST", self._guest.sign_in),
            ("See on the overview that a payment failed", self._look_at_home),
            ("Find two years of payments of both accounts in the history", self._look_at_history),
            ("Pay with the card on file, and be told that the bank declined", self._pay_with_card_on_file),
            ("Enter a new card on the company's page", self._enter_card),
            ("Save it for the membership and pay, and see at once that it is paid", self._pay_with_new_card),
            ("Find nothing left to do on the overview", self._look_at_home_again),
            ("Open the receipt", self._open_receipt),
            ("Find an order by its number, and see that it is in preparation", self._find_order),
            ("Sign out, and find the door closed", self._sign_out),
        ]

    def _look_at_home(self) -> None:
        page = self._browser.get(self._url("/"))
        page.require("One payment needs you", "Open studio membership", "49")
        self._payment = page.link(r"/payments/\w+/pay\b").rpartition("/pay")[0]

    def _look_at_history(self) -> None:
        """Page by page to the oldest."""
        page = self._browser.get(self._url("/payments"))
        text, pages = page.text, 1
        while older := [address for address, words in page.links if words.strip() == "Older"]:
            page = self._browser.get(older[0])
            text, pages = text + page.text, pages + 1
            if pages > 10:
                page.misses("an end")
        for words in ("Open studio membership", "Celadon glaze, 2 litres", "Stoneware clay, 20 kg"):
            if words not in text:
                page.misses(repr(words))

    def _pay_with_card_on_file(self) -> None:
        page = self._browser.get(f"{self._payment}/pay")
        answered = self._settled(self._browser.send(page.form("/pay")))
        answered.require("Nothing was charged.")

    def _enter_card(self) -> None:
        page = self._browser.get(f"{self._payment}/pay?card=another")
        leaving = self._browser.send(page.form("/card"))
        hosted = self._browser.get(leaving.link(self._place.simulator_url))
        self._page = self._browser.send(hosted.form(urlsplit(hosted.url).path), **NEW_CARD)
        if not self._page.url.startswith(self._place.portal_url):
            # The company shows that it is done, and a link back.
            self._page = self._browser.get(self._page.link("/setups/"))
        self._page.require("is saved.", "Nothing has been charged yet.", "Save and pay")

    def _pay_with_new_card(self) -> None:
        if self._page is None:
            raise WentWrong("There is no new card.")
        pressed = self._browser.send(self._page.form("/done"), do="pay")
        self._settled(pressed).require("Saved and paid", "is paid: Open studio membership")

    def _look_at_home_again(self) -> None:
        self._browser.get(self._url("/")).require("Everything is paid")

    def _open_receipt(self) -> None:
        self._browser.get(f"{self._payment}/receipt").require("Receipt", "Tidewater Ceramics", "49")

    def _find_order(self) -> None:
        found = self._browser.get(self._url("/orders?q=TW-2140"))
        self._browser.get(found.link(r"/orders/\w+$")).require("Stoneware clay, 20 kg", "In preparation.")

    def _sign_out(self) -> None:
        page = self._browser.get(self._url("/"))
        self._browser.send(page.form("/sign-out"))
        asked = self._browser.get(self._url("/payments"))
        asked.form("/sign-in")

    def _settled(self, page: Page) -> Page:
        """A bank may take a moment; the page says so and offers to look again."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while any(words in page.text for words in WAITING) and time.monotonic() < deadline:
            time.sleep(0.2)
            page = self._browser.get(page.url)
        return page
