"""Where the microseconds of a ScoreCustomer go: each part alone in a tight loop, without gRPC and network.

``python -m benchmarks.scoring_parts``. Printed is the least of many short chunks of calls: what others do on the
machine only adds to the rest. In a server, whose caches every call passes through as a whole, a part costs up to twice
as much. To compare with another commit, run it there too, a few times in turn.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from benchmarks.scoring_model import NOW, request, write_registry
from benchmarks.scoring_server import Notes
from fairlead.v1 import scoring_pb2
from scoring.clock import wall_clock
from scoring.customers import CustomerScorer
from scoring.model.reasons import reasons
from scoring.registry.champions import Champions
from scoring.rpc.messages import customer_of, score_message
from scoring.rpc.scoring import ScoringServicer
from scoring.services import registries

CALLS, CHUNKS = 2, 5_000
Part = Callable[[], object]


def parts(champions: Champions) -> Iterator[tuple[str, Part]]:
    """Yield what is measured, by name."""
    scorer = CustomerScorer(lambda: None)
    servicer = ScoringServicer(champions, scorer, Notes())
    for name, wish in (("", {}), (", in Chinese", {"locale": "zh"}), (", no reasons", {"explain_top_k": 0})):
        yield f"a whole call{name}", _whole(servicer, request(4, plain=True, **wish).SerializeToString())
    for part, call in _parts(champions, scorer, plain=True):
        yield f"  {part}", call
    yield "a whole call with a Struct", _whole(servicer, request(4).SerializeToString())
    for part, call in itertools.islice(_parts(champions, scorer, plain=False), 3):
        yield f"  {part}", call


def _parts(champions: Champions, scorer: CustomerScorer, *, plain: bool) -> Iterator[tuple[str, Part]]:
    asked, model = request(4, plain=plain), asyncio.run(champions.of("default"))
    data, customer = asked.SerializeToString(), _now(customer_of(asked.customer, wall_clock))
    churn, score = model.score(customer.features, NOW), scorer.score(model, customer)
    answer = score_message(score, "en")
    yield "the request from its bytes", lambda: scoring_pb2.ScoreCustomerRequest.FromString(data)
    yield "the customer from the request", lambda: _now(customer_of(asked.customer, wall_clock))
    yield "features read, encoded and scored", lambda: model.score(customer.features, NOW)
    yield "  of which tables", lambda: model.scored(churn.row, NOW)
    yield "three reasons", lambda: reasons(model, churn, top=3)
    yield "three reasons, in Chinese", lambda: reasons(model, churn, top=3, locale="zh")
    yield "the answer from the score", lambda: score_message(score, "en")
    yield "its bytes", answer.SerializeToString


def _whole(servicer: ScoringServicer, data: bytes) -> Part:
    call: Any = None

    def answer() -> bytes:
        asked = scoring_pb2.ScoreCustomerRequest.FromString(data)
        score: scoring_pb2.Score = _now(servicer.ScoreCustomer(asked, call))
        return score.SerializeToString()

    return answer


def _now(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waited")


def least_us(part: Part, chunks: int) -> float:
    """Return the microseconds a call of the fastest chunk."""
    least = float("inf")
    for _ in range(chunks):
        begin = time.perf_counter()
        for _ in range(CALLS):
            part()
        least = min(least, time.perf_counter() - begin)
    return least / CALLS * 1e6


@contextmanager
def serving(folder: Path) -> Iterator[Champions]:
    """Yield the champions of a registry, looked at once."""
    write_registry(folder)
    champions = Champions(registries(str(folder)), "benchmark")
    champions.look()
    asyncio.run(champions.of("default"))
    gc.collect()
    gc.freeze()
    yield champions


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--chunks", type=click.IntRange(150), default=CHUNKS, show_default=True, help=f"Of {CALLS} calls each.")
def main(chunks: int) -> None:
    """Measure the parts of a call and print them."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as champions:
        for part, call in parts(champions):
            print(f"{part:36}{least_us(call, chunks):8.1f} µs")


if __name__ == "__main__":
    main()
