"""Read what processes have cost: CPU time and memory, from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> set[int]:
    """Give a process and everything that it has started."""
    found = {pid}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= family(int(child))
    return found


def database_cpu_ms() -> float:
    """Give the CPU time of every PostgreSQL backend so far; nothing on SQLite, whose work is the application's own.

    A backend that has ended is in its postmaster's count of children.
    """
    postmaster = os.environ.get("PAYDESK_BENCH_POSTMASTER")
    if not postmaster:
        return 0.0
    clients = {pid for pid in family(int(postmaster)) if b"127.0.0.1" in _command_line(pid)}
    words = _stat(int(postmaster))
    return cpu_ms(clients) + (int(words[13]) + int(words[14])) * 1000 / TICKS_A_SECOND


def cpu_ms(pids: Iterable[int]) -> float:
    """Give the CPU time that living processes have used, user and system, all threads."""
    ticks = 0
    for pid in pids:
        words = _stat(pid)
        ticks += int(words[11]) + int(words[12])
    return ticks * 1000 / TICKS_A_SECOND


def rss_mib(pids: Iterable[int]) -> float:
    """Give the resident memory of processes; pages that they share are counted for each."""
    kilobytes = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


def percentile(milliseconds: list[float], share: float) -> float:
    """Give the value below which this share of the values lies."""
    ordered = sorted(milliseconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _stat(pid: int) -> list[str]:
    """The name in brackets may hold spaces; what follows it is fixed."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""
