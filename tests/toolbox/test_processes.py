"""A process of a test starts, answers, and is gone afterwards."""

import os
import sys
from urllib.request import urlopen

import pytest

from tests.processes import NotStarted, running_process, running_server

HTTP_SERVER = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{port}")


def test_a_server_that_ends_at_once_tells_what_it_printed() -> None:
    with (
        pytest.raises(NotStarted, match="no room"),
        running_server([sys.executable, "-c", "print('no room')"]),
    ):
        pass


def test_a_server_answers_while_the_block_runs_and_is_gone_afterwards() -> None:
    with running_server(HTTP_SERVER, ready_path="/LICENSE") as server, urlopen(f"{server.url}/") as answer:
        assert answer.status == 200
    assert server.process.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


def test_a_process_is_ended_by_its_own_id() -> None:
    with running_process([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        assert process.process.poll() is None
    assert process.process.returncode is not None
