"""The demo watches its programs, and its small browser reads pages as people do."""

import os
import sys
from pathlib import Path

import pytest

from tests.processes import running_server
from toolbox.demo.browser import Browser, WentWrong
from toolbox.demo.parts import Part, PartEnded, Programs, choose_port

PAGE = """<title>Pay</title><main><p>Nothing is due.</p><script>silent()</script>
<a href="/older">Older</a>
<form method="post" action="/pay"><input type="hidden" name="token" value="t">
<input type="radio" name="method" value="a"><input type="radio" name="method" value="b" checked></form></main>"""


def part(tmp_path: Path, program: str) -> Part:
    return Part(
        name="The part",
        command=[sys.executable, "-uc", program],
        environment=os.environ,
        log=tmp_path / "logs" / "part.log",
        ready_words="ready",
    )


def test_a_program_that_ends_tells_its_last_words(tmp_path: Path) -> None:
    with Programs() as programs:
        programs.start(part(tmp_path, "print('ready'); raise SystemExit('no room')"))
        with pytest.raises(PartEnded, match="no room"):
            programs.watch()


def test_all_programs_are_gone_after_the_block(tmp_path: Path) -> None:
    with Programs() as programs:
        running = part(tmp_path, "import time; print('ready'); time.sleep(60)")
        programs.start(running)
        running.wait_until_ready()
        running.require_alive()
    assert running.process.returncode is not None


def test_a_port_that_is_taken_is_replaced() -> None:
    with running_server([sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1"]) as server:
        taken = int(server.url.rpartition(":")[2])
        assert choose_port(taken) != taken


def test_a_page_is_read_as_words_links_and_forms(tmp_path: Path) -> None:
    (tmp_path / "pay.html").write_text(PAGE)
    words = ["-m", "http.server", "{port}", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    with running_server([sys.executable, *words], ready_path="/pay.html") as server:
        page = Browser().get(f"{server.url}/pay.html#part")
        assert page.text == "Pay Nothing is due. Older"
        assert page.link(r"/older$") == f"{server.url}/older"
        assert page.form("/pay").fields == {"token": ["t"], "method": ["b"]}
        with pytest.raises(WentWrong, match="Paid"):
            page.require("Paid")
        with pytest.raises(WentWrong, match="404"):
            Browser().get(f"{server.url}/missing")
