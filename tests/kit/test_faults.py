"""A fault point does nothing until a drill wants something of it, and then just what it wants."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from timeit import repeat

import pytest

from paydesk.kit.faults import (
    POINTS,
    FaultInjected,
    FaultsRefused,
    arm,
    arm_from,
    disarm,
    fault,
    reached,
    watch,
)

#: A process that takes its orders as every process of Paydesk does, and comes to F06 once and to F07 three times.
PROCESS = """
import paydesk.config.settings
from paydesk.kit.faults import fault
for name in ("F06", "F07", "F07", "F07"):
    fault(name)
    print(name, flush=True)
"""
TIMES = 20_000


@pytest.fixture(autouse=True)
def _no_drill_is_left() -> Iterator[None]:
    yield
    disarm()


def test_nothing_happens_where_no_drill_is_on() -> None:
    fault("F07")
    fault("a point that does not exist")

    assert reached() == Counter()


def test_a_point_costs_next_to_nothing_where_no_drill_is_on() -> None:
    """Some 30 ns on a quiet machine; the best of many rounds, as others may be at work on this one."""
    best = min(repeat(lambda: fault("F07"), number=TIMES, repeat=30)) / TIMES

    assert best < 300e-9


@pytest.mark.parametrize(
    "words",
    [
        "F99:kill:1",
        "F07",
        "F07:kill",
        "F07:kill:1:2",
        "F07:explode:1",
        "F07:kill:0",
        "F07:kill:-1",
        "F07:sleep_x:1",
    ],
)
def test_an_order_that_nobody_can_follow_is_refused_whole(words: str) -> None:
    with pytest.raises(FaultsRefused):
        arm_from(f"F01:raise:1,{words}")

    fault("F01")


def test_a_point_that_does_not_exist_is_refused_while_a_drill_is_on() -> None:
    with pytest.raises(FaultsRefused, match="F99"):
        arm("F99", lambda: None)
    fault("F99")
    watch()
    with pytest.raises(FaultsRefused, match="F99"):
        fault("F99")


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaultsRefused, match="nowhere"):
        arm_from("", reached_file=str(tmp_path / "nowhere" / "reached"))

    fault("F99")


def test_whoever_watches_counts_and_does_nothing() -> None:
    fault("F01")
    watch()
    for name in ("F01", "W05", "F01"):
        fault(name)

    assert reached() == Counter({"F01": 2, "W05": 1})
    watch()
    assert reached() == Counter()


def test_an_act_is_done_each_time_until_it_is_disarmed() -> None:
    done: list[str] = []
    arm("F07", lambda: done.append("one"))
    arm("F07", lambda: done.append("another"))

    for name in ("F06", "F07", "F07"):
        fault(name)
    assert done == ["one", "another", "one", "another"]

    disarm()
    fault("F07")
    assert len(done) == 4


def test_the_second_time_alone_raises() -> None:
    arm_from("W05:raise:2, F01:raise:1")

    fault("W05")
    with pytest.raises(FaultInjected, match="W05"):
        fault("W05")
    fault("W05")
    with pytest.raises(FaultInjected, match="F01"):
        fault("F01")


def test_an_answer_can_be_late() -> None:
    arm_from("F13:sleep_80:1")
    began = time.monotonic()

    fault("F13")

    assert time.monotonic() - began >= 0.08


def test_one_thread_of_many_comes_to_a_point_as_the_fifth() -> None:
    failed: list[str] = []
    arm_from("F02:raise:5")
    watch()
    threads = [threading.Thread(target=_come_to, args=("F02", failed)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == ["F02"]
    assert reached() == Counter({"F02": 8})


def test_a_killed_process_has_told_where_it_was(tmp_path: Path) -> None:
    with _process("F07:kill:2", tmp_path) as process:
        printed, _ = process.communicate(timeout=30)

    assert process.returncode == -signal.SIGKILL
    assert printed.split() == ["F06", "F07"]
    assert (tmp_path / "reached").read_text().split() == ["F06", "F07", "F07"]


def test_a_stopped_process_goes_on_when_it_is_told_to(tmp_path: Path) -> None:
    with _process("F07:stop:1", tmp_path) as process:
        _, state = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(state)
        assert (tmp_path / "reached").read_text().split() == ["F06", "F07"]

        os.kill(process.pid, signal.SIGCONT)
        printed, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert printed.split() == ["F06", "F07", "F07", "F07"]


def test_processes_write_what_they_reached_into_one_file(tmp_path: Path) -> None:
    with _process("", tmp_path) as one, _process("", tmp_path) as other:
        assert [process.wait(30) for process in (one, other)] == [0, 0]

    assert Counter((tmp_path / "reached").read_text().split()) == Counter({"F06": 2, "F07": 6})


def test_all_points_are_named_and_each_says_what_it_is() -> None:
    numbers = {"F": 18, "W": 14, "D": 9, "C": 6, "P": 9, "U": 8}

    assert set(POINTS) == {
        f"{letter}{number:02}" for letter, last in numbers.items() for number in range(1, last + 1)
    }
    assert len({point.words for point in POINTS.values()}) == len(POINTS) == 64
    assert {point.words[-1] for point in POINTS.values()} == {"."}


def _come_to(name: str, failed: list[str]) -> None:
    try:
        fault(name)
    except FaultInjected:
        failed.append(name)


def _process(armed: str, folder: Path) -> subprocess.Popen[str]:
    orders = {"PAYDESK_FAULTS": armed, "PAYDESK_FAULTS_REACHED": str(folder / "reached")}
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS], env=os.environ | orders, stdout=subprocess.PIPE, text=True
    )
