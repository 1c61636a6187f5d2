"""Is the store as Fairlead needs it? Judges what it says of itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from router.timers.timer import TimerStatus
from serving.doctor.finding import Finding, bad, good, mind
from serving.settings import TIMERS_LATE_S
from store.diagnostics import StoreFacts

_OLDEST = {"Redis": (6, 2), "Valkey": (7, 2)}
_CLOCK_S = 1.0
"""Seconds that clocks may differ: leases and deadlines are judged by the store's, tokens and models by ours."""
_FULL = 0.8
"""Share of the allowed memory from which it is worth a word."""


def judge(facts: StoreFacts, *, is_private: bool = False) -> Iterator[Finding]:
    """Judge one server of a store."""
    yield _version(facts)
    yield _memory(facts)
    yield _durability(facts)
    yield _clock(facts)
    if facts.is_simulated:
        yield _simulated(is_private=is_private)


def timers(statuses: Sequence[TimerStatus]) -> Finding:
    """Judge the timers of all tenants."""
    late_s = max((status.lateness_ms for status in statuses), default=0) / 1000
    seen = f"{sum(status.timers for status in statuses):,} waiting, the earliest late by {late_s:.0f} s"
    if late_s > TIMERS_LATE_S:
        return mind("timers", seen, "start a service on this store, or read in its log why it fires none")
    return good("timers", seen)


def _version(facts: StoreFacts) -> Finding:
    seen, oldest = f"{facts.name} {_dotted(facts.version)}", _OLDEST[facts.name]
    if facts.version[: len(oldest)] < oldest:
        return bad("store", seen, f"use {facts.name} {_dotted(oldest)} or later")
    return good("store", seen)


def _memory(facts: StoreFacts) -> Finding:
    policy = facts.settings.get("maxmemory-policy", "not told")
    used = f"{facts.memory >> 20:,} MiB"
    if not facts.memory_limit:
        return good("memory", f"{used} used, no limit")
    seen = f"{used} used of {facts.memory_limit >> 20:,} MiB, policy {policy}"
    if policy not in ("noeviction", "not told"):
        return bad("memory", seen, "set maxmemory-policy to noeviction: else it forgets owners when it is full")
    if facts.memory > _FULL * facts.memory_limit:
        return mind("memory", seen, "raise maxmemory before it is full: it takes no writes then")
    return good("memory", seen)


def _durability(facts: StoreFacts) -> Finding:
    if "appendonly" not in facts.settings:
        return mind("on disk", "the store does not tell", "ask its operator whether the append-only file is on")
    if facts.settings["appendonly"] != "yes":
        return bad("on disk", "appendonly no", "set appendonly to yes: else a restart loses what was acknowledged")
    fsync = facts.settings.get("appendfsync", "not told")
    if fsync == "always":
        return good("on disk", "append-only file, fsync always")
    advice = "a crash of the machine may lose the last second; set appendfsync to always if it must not"
    return mind("on disk", f"append-only file, fsync {fsync}", advice)


def _clock(facts: StoreFacts) -> Finding:
    seen = f"{abs(facts.clock_ahead_s):.3f} s {'ahead of' if facts.clock_ahead_s > 0 else 'behind'} ours"
    if abs(facts.clock_ahead_s) > _CLOCK_S:
        return bad("clock", seen, "synchronise both machines, e.g. by chrony")
    return good("clock", seen)


def _simulated(*, is_private: bool) -> Finding:
    if is_private:
        return mind("time", "simulated", "nothing while you try things out: fairlead clock --help")
    return bad("time", "simulated, by the key fairlead:clock", "name another store: serve refuses this one")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
