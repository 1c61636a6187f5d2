"""Comparing two ways to answer on a shared machine: slices of about 1,000 calls in turn, in pairs.

Blocks of seconds mislead where others share the processors: what one block gets the next does not. In slices of a
second or less whatever else goes on falls on both alike; one pair is a slice of each, and what is told is the median
of the pairs' ratios with its 95 % interval. Processor time is counted per process, to the nanosecond.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import grpc

from benchmarks.compare import interval


class Slice(NamedTuple):
    """What one slice gave: calls a second, the 99th percentile in ms, and µs of processor time a call by process."""

    calls_per_s: float
    p99_ms: float
    server_us: float
    store_us: float
    client_us: float


class Pairs(NamedTuple):
    """Slices of what is measured, and of what it is measured by, pair by pair."""

    ours: list[Slice]
    theirs: list[Slice]

    def median_of(self, figure: str) -> tuple[float, float]:
        """Return the medians of a figure, ours first."""
        first, second = (median(getattr(one, figure) for one in side) for side in self)
        return first, second

    def ratio(self, figure: str) -> tuple[float, float, float]:
        """Return the median of the ratios of a figure, ours to theirs, and the ends of its 95 % interval."""
        ratios = [getattr(our, figure) / getattr(their, figure) for our, their in zip(*self, strict=True)]
        return median(ratios), *interval(ratios)


def processor_us(pids: Sequence[int]) -> float:
    """Return the processor time that processes and their threads have taken, in microseconds."""
    tasks = (task for pid in pids for task in Path(f"/proc/{pid}/task").iterdir())
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e3


class Server(NamedTuple):
    """A server that is measured, and its store, by their process ids."""

    address: str
    processes: tuple[int, ...]
    stores: tuple[int, ...]

    @classmethod
    def of(cls, address: str, process: int) -> Server:
        """Return a server with whatever it has started; its store is a Valkey."""
        started = list(_with_children(process))
        stores = tuple(
            pid for pid in started if "valkey-server" in Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]
        )
        return cls(address, tuple(pid for pid in started if pid not in stores), stores)


def _with_children(process: int) -> Iterator[int]:
    yield process
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _with_children(int(child))


async def one_slice(
    server: Server, call: Callable[[bytes], object], requests: Sequence[bytes], in_flight: int
) -> Slice:
    """Send requests, so many at a time, and see what that takes."""
    waiting, times_s = iter(requests), list[float]()

    async def again() -> None:
        for request in waiting:
            start = time.perf_counter()
            await call(request)  # type: ignore[misc]
            times_s.append(time.perf_counter() - start)

    before = (processor_us(server.processes), processor_us(server.stores), time.process_time() * 1e6)
    start = time.perf_counter()
    await asyncio.gather(*[again() for _ in range(in_flight)])
    seconds = time.perf_counter() - start
    after = (processor_us(server.processes), processor_us(server.stores), time.process_time() * 1e6)
    n_calls = len(times_s)
    spent = [(there - here) / n_calls for here, there in zip(before, after, strict=True)]
    return Slice(n_calls / seconds, sorted(times_s)[n_calls * 99 // 100] * 1e3, *spent)


async def in_pairs(
    server: Server,
    methods: tuple[str, str],
    requests: Iterator[bytes],
    in_flight: int,
    n_pairs: int,
    n_calls: int,
    each: Callable[[], object] = lambda: None,
) -> Pairs:
    """Measure two methods by the same requests, in turn; which comes first changes from pair to pair.

    Parameters
    ----------
    requests
        Endless, each another one.
    each
        Called after each pair.
    """
    pairs = Pairs([], [])
    async with grpc.aio.insecure_channel(server.address) as channel:
        calls = [channel.unary_unary(method, bytes, bytes) for method in methods]
        await one_slice(server, calls[0], [next(requests) for _ in range(n_calls)], in_flight)  # warms up
        for number in range(n_pairs):
            sent = [next(requests) for _ in range(n_calls)]
            for side in (0, 1) if number % 2 else (1, 0):
                pairs[side].append(await one_slice(server, calls[side], sent, in_flight))
            each()
    return pairs
