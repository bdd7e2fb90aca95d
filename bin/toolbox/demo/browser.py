"""A browser of the smallest kind: it keeps cookies, follows redirects, finds links and sends forms. No JavaScript."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import NoReturn
from urllib.error import HTTPError
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

SECONDS = 60


class WentWrong(Exception):
    """The page is not the one that the story expects."""


@dataclass(kw_only=True)
class Form:
    """A form as it stands on the page. `fields` holds what would be sent: of radios and boxes, what is chosen."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    words: str = ""


@dataclass(kw_only=True)
class Page:
    """What came back."""

    url: str
    status: int
    text: str
    forms: list[Form]
    links: list[tuple[str, str]]

    def form(self, action: str) -> Form:
        """Give the form whose address ends so."""
        found = [form for form in self.forms if urlsplit(form.action).path.endswith(action)]
        return found[0] if found else self.misses(f"a form to {action}")

    def link(self, pattern: str) -> str:
        """Give the first link whose address matches."""
        found = [address for address, _ in self.links if re.search(pattern, address)]
        return found[0] if found else self.misses(f"a link to {pattern}")

    def require(self, *words: str) -> None:
        """Insist that the page says something."""
        for part in words:
            if part not in self.text:
                self.misses(repr(part))

    def misses(self, what: str) -> NoReturn:
        raise WentWrong(f"{self.url} ({self.status}) has not {what}. It says:\n{self.text[:1500]}")


class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self._cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies))

    @property
    def cookies(self) -> str:
        """Give the cookies as a browser sends them."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._cookies)

    def get(self, url: str) -> Page:
        """Open an address."""
        return self._ask(Request(urldefrag(url).url))  # noqa: S310  addresses of the demo alone

    def send(self, form: Form, **typed: str) -> Page:
        """Fill a form in and send it."""
        words = urlencode(form.fields | typed, doseq=True)
        if form.method == "get":
            return self.get(f"{form.action}?{words}")
        parts = urlsplit(form.action)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}"}
        return self._ask(Request(form.action, data=words.encode(), headers=headers))  # noqa: S310

    def _ask(self, request: Request) -> Page:
        try:
            answer = self._opener.open(request, timeout=SECONDS)
        except HTTPError as refused:
            answer = refused
        with answer:
            page = _read(
                answer.url or request.full_url, answer.status or 0, answer.read().decode(errors="replace")
            )
        if page.status != 200:
            page.misses("the status 200")
        return page


def _read(url: str, status: int, html: str) -> Page:
    reader = _Reader(url)
    reader.feed(html)
    text = " ".join(" ".join(reader.words).split())
    return Page(url=url, status=status, text=text, forms=reader.forms, links=reader.links)


class _Reader(HTMLParser):
    """Collect words, links and forms."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._url = url
        self._form: Form | None = None
        self._link: str | None = None
        self._is_silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self._url, given.get("action", ""))
            self._form = Form(action=action, method=given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a":
            self._link = urljoin(self._url, given.get("href", ""))
            self.links.append((self._link, ""))
        elif tag == "input" and self._form is not None:
            _take(self._form.fields, given)
        self._is_silent = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "a":
            self._link = None
        self._is_silent = False

    def handle_data(self, data: str) -> None:
        if self._is_silent:
            return
        self.words.append(data)
        if self._link is not None:
            address, words = self.links[-1]
            self.links[-1] = (address, words + data)


def _take(fields: dict[str, list[str]], given: Mapping[str, str]) -> None:
    is_choice = given.get("type") in {"radio", "checkbox"}
    if given.get("name") and (not is_choice or "checked" in given):
        fields.setdefault(given["name"], []).append(given.get("value", ""))
