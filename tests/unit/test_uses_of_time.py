"""Every use of time in the product, with its reason: what is stored or compared with that has the store's one clock.

A timer, cap, lease or calendar that read another clock would not follow a simulated one, and two servers whose clocks
differ would disagree about it.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOW_LONG = "how long something of this process takes, or may take"
WHEN_MADE = "when a model was made or changed, in files beside the store"
OF_TOKENS = "tokens and certificates hold by the clock of whoever reads them (RFC 7519, RFC 5280)"
WHERE_NOT_SAID = "as of when a customer is scored whose caller does not say, unless the one clock is simulated"

FORGOTTEN = (
    "a key that is forgotten makes room, by the store's own clock: the room it takes is real; nothing waits for it"
)

USES = {
    ("background/adapters/redis.py", "expiry"): "a role of a process, which lives and dies in real time",
    ("gateway/calls/call.py", "time.perf_counter"): HOW_LONG,
    ("gateway/calls/call.py", "time.time"): OF_TOKENS,
    ("gateway/cli.py", "time.time"): OF_TOKENS,
    ("gateway/auth/jwks.py", "time.monotonic"): HOW_LONG,
    ("gateway/http/events.py", "loop.time"): HOW_LONG,
    ("gateway/rate_limits.py", "time.monotonic"): "calls a second, counted by each process for itself",
    ("gateway/auth/tokens.py", "time.time"): OF_TOKENS,
    ("notifications/outbound/client.py", "time.monotonic"): HOW_LONG,
    ("notifications/rpc/deliveries.py", "time.perf_counter"): HOW_LONG,
    ("notifications/webhooks/turn.py", "time.monotonic"): HOW_LONG,
    ("operations/service.py", "time.monotonic"): HOW_LONG,
    ("proto/fairlead/retries.py", "time.monotonic"): HOW_LONG,
    (
        "router/adapters/redis/estimated_clock.py",
        "time.time_ns",
    ): "what the store's clock is likely to show; the store refuses a plan for another time, and says its own",
    ("router/adapters/redis/pages.py", "expiry"): FORGOTTEN,
    (
        "router/adapters/redis/rewriting.py",
        "redis.time",
    ): "when a log was written anew, for people; no event is judged by it",
    ("router/adapters/redis/scripts/erase.lua", "expiry"): FORGOTTEN,
    ("router/adapters/redis/scripts/finish_page.lua", "expiry"): FORGOTTEN,
    ("router/adapters/redis/scripts/keep_customer_scores.lua", "expiry"): FORGOTTEN,
    ("router/adapters/redis/scripts/request.lua", "expiry"): FORGOTTEN,
    ("router/adapters/redis/upgrade.py", "expiry"): FORGOTTEN,
    ("router/cli/demo_churn.py", "time.monotonic"): HOW_LONG,
    (
        "router/cli/periods.py",
        "datetime.now",
    ): "what `--since 7d` counts from, for whom the service does not tell its time",
    ("router/cli/server.py", "time.monotonic"): HOW_LONG,
    ("scoring/batch/adapters/runs.py", "datetime.now"): "as of when `fairlead rescore` scores, which has no store",
    ("scoring/cli/rescore.py", "datetime.now"): WHEN_MADE,
    ("scoring/services.py", "datetime.now"): WHEN_MADE,
    ("scoring/clock.py", "datetime.now"): WHERE_NOT_SAID,
    ("store/files.py", "client.time"): "from when on a backup is clean: backups are taken in real time",
    ("store/channel.py", "get_running_loop().time"): HOW_LONG,
    ("store/channel.py", "loop.time"): HOW_LONG,
    ("store/clock.py", "redis.time"): "the one clock; here it is read to move a simulated one",
    ("store/diagnostics.py", "client.time"): "how far the store's clock is from ours",
    ("store/diagnostics.py", "time.time"): "how far the store's clock is from ours",
    ("store/embedded/keeper.py", "time.monotonic"): HOW_LONG,
    ("store/embedded/orphans.py", "time.monotonic"): HOW_LONG,
    ("store/embedded/server.py", "time.monotonic"): HOW_LONG,
    ("store/scripts/clock.lua", "TIME"): "the one clock",
    ("store/scripts/simulated_clock.lua", "TIME"): "the one clock, simulated",
    ("telemetry/logs.py", "time.perf_counter"): HOW_LONG,
    ("telemetry/metrics.py", "time.perf_counter"): HOW_LONG,
    ("training/champion.py", "datetime.now"): WHEN_MADE,
    ("training/pipeline.py", "datetime.now"): WHEN_MADE,
    ("serving/wiring.py", "_clock.now"): "the one clock, simulated",
    ("serving/doctor/host.py", "datetime.now"): OF_TOKENS,
    ("workqueue/adapters/redis/scripts/change.lua", "expiry"): FORGOTTEN,
    ("workqueue/adapters/redis/scripts/submit.lua", "expiry"): FORGOTTEN,
    ("workqueue/worker.py", "time.monotonic"): HOW_LONG,
}
"""By file and what it reads."""
_CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime", "localtime", "gmtime"}
_HAVE_CLOCKS = {"time", "loop", "_loop", "get_running_loop()", "redis", "_redis", "client", "pipeline"}
_NOW = {"now", "utcnow", "today", "GetCurrentTime", "SetToCurrentTime"}
_EXPIRES = {"expire", "pexpire", "expireat", "pexpireat", "setex", "psetex"}
_LUA = {
    "TIME": re.compile(r"""redis\.p?call\(\s*['"]TIME['"]|os\.(?:time|clock|date)""", re.IGNORECASE),
    "expiry": re.compile(r"""['"](?:P?EX|P?EXAT|P?EXPIRE|P?EXPIREAT|P?SETEX)['"]""", re.IGNORECASE),
}


def uses_in(source: str) -> Iterator[str]:
    """Yield the clocks that Python code reads, or hands on to be read, and the store's own that keys expire by."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module="time"):
                yield from (f"from time import {alias.name}" for alias in node.names if _is_clock(alias.name))
            case ast.Attribute(attr=name) if (of := _last(node.value)) in _HAVE_CLOCKS and _is_clock(name):
                yield f"{of.strip('_')}.{name}"
            case ast.Attribute(attr=name) if name in _NOW and of != "self":
                yield f"{of}.{name}"
            case ast.Attribute(attr=name) if name in _EXPIRES:
                yield "expiry"
            case ast.keyword(arg="ex" | "px" | "exat" | "pxat"):
                yield "expiry"


def _is_clock(name: str) -> bool:
    return name.removesuffix("_ns") in _CLOCKS


def _last(expression: ast.expr) -> str:
    return ast.unparse(expression).rpartition(".")[2]


@cache
def uses() -> set[tuple[str, str]]:
    """Return every use in what is shipped."""
    shipped = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    lines = set()
    for place in map(ROOT.joinpath, shipped["only-include"]):
        for file in place.rglob("*") if place.is_dir() else [place]:
            name = str(file.relative_to(ROOT))
            if file.suffix == ".py" and "_pb2" not in name:
                lines |= {(name, use) for use in uses_in(file.read_text("utf-8"))}
            elif file.suffix == ".lua":
                text = file.read_text("utf-8")
                lines |= {(name, use) for use, pattern in _LUA.items() if pattern.search(text)}
    return lines


def test_every_use_of_time_is_listed_with_its_reason() -> None:
    assert uses() - USES.keys() == set()


def test_what_is_listed_is_there() -> None:
    assert USES.keys() - uses() == set()


def test_a_use_of_time_is_found_however_it_is_written() -> None:
    written = """
from time import monotonic
import time, datetime as dt
def f(now=time.time): ...
x = dt.datetime.now(dt.UTC), datetime.utcnow(), date.today(), time.time_ns(), asyncio.get_running_loop().time()
y = loop.time(), await self._redis.time(), timestamp.GetCurrentTime()
z = task.time(), timedelta(seconds=1), self.now
await redis.set("role", "me", px=10), redis.pexpire("role", 10)
"""

    assert set(uses_in(written)) == {
        "from time import monotonic",
        "time.time",
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "time.time_ns",
        "get_running_loop().time",
        "loop.time",
        "redis.time",
        "timestamp.GetCurrentTime",
        "expiry",
    }


def test_the_rooms_that_decide_read_no_clock_at_all() -> None:
    deciding = ("model", "workforce", "rules", "assignment", "submission", "backlog", "timers", "fairness", "history")

    assert [use for use in uses() if use[0].startswith(tuple(f"router/{room}/" for room in deciding))] == []
