"""A customer of the demo who signs in by the link of a letter, and looks at pages."""

import re
import time
from urllib.parse import urlsplit

from toolbox.demo.browser import Browser, Page
from toolbox.demo.place import Place
from toolbox.demo.story import SLUG

LETTER_SECONDS = 20


class Guest:
    """One person with a browser, and the secret of the letter that came."""

    def __init__(self, place: Place, address: str) -> None:
        self.browser = Browser()
        self._place = place
        self._address = address
        self._secret = ""

    def url(self, path: str) -> str:
        """Give the address of a page of the portal."""
        return f"{self._place.portal_url}/m/{SLUG}{path}"

    def open(self, path: str) -> Page:
        """Open a page of the portal."""
        return self.browser.get(self.url(path))

    def ask(self) -> None:
        """Ask for a sign-in link."""
        page = self.open("/sign-in")
        self.browser.send(page.form("/sign-in"), address=self._address).require(self._address)

    def read_letter(self) -> None:
        """The worker writes the letter, so it takes a moment."""
        deadline = time.monotonic() + LETTER_SECONDS
        while not (letter := self._newest(mailbox := Browser().get(f"{self._place.portal_url}/mailbox"))):
            if time.monotonic() > deadline:
                mailbox.misses(f"a letter to {self._address}")
            time.sleep(0.1)
        link = Browser().get(letter).link("/sign-in/link#")
        self._secret = urlsplit(link).fragment.rpartition("=")[2]

    def sign_in(self) -> None:
        """The fragment stays in the browser; a script would move it into the form."""
        page = self.open("/sign-in/link")
        arrived = self.browser.send(page.form("/sign-in/link"), key=self._secret)
        if "sign-in" in arrived.url:
            arrived.misses("the way in")

    def _newest(self, mailbox: Page) -> str:
        """The page names each letter and then its recipient, the newest first."""
        letters = [address for address, _ in mailbox.links if re.search(r"/mailbox/\d+$", address)]
        recipients = re.findall(r"\S+@\S+", mailbox.text)
        mine = [letter for letter, to in zip(letters, recipients, strict=True) if to == self._address]
        return mine[0] if mine else ""
