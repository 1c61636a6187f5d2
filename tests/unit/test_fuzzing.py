"""Every target is attacked for a while, in all for half of ``FAIRLEAD_FUZZ_SECONDS`` (5 by default); and the watchmen
are watched: a fault planted in a target must be found, and named.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random, SystemRandom

import pytest

from tests.fuzzing import runs
from tests.fuzzing.eager import EagerLoop
from tests.fuzzing.plain import attack
from tests.fuzzing.targets import CALLS, SHARES, target
from tests.fuzzing.world import World
from tests.methods import METHODS

SECONDS = float(os.environ.get("FAIRLEAD_FUZZ_SECONDS", "5"))


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.timeout(SECONDS + 900)
def test_nothing_comes_of_any_input_but_what_may(name: str, tmp_path: Path) -> None:
    seconds = SECONDS * (0.15 if name in CALLS else 0.2 / (len(SHARES) - len(CALLS)))
    seed = SystemRandom().randrange(2**31)

    account = attack(target(name, tmp_path), seed, seconds=seconds)

    assert not account.violations, "\n".join([f"seed {seed}", *account.violations.values()])
    assert account.requests > 0


def test_a_world_serves_every_method(tmp_path: Path) -> None:
    world, loop = World(tmp_path), EagerLoop()
    loop.run(world.begin())

    assert set(world.server.methods) == set(METHODS)

    world.close()


def test_what_mutation_starts_from_is_understood(tmp_path: Path) -> None:
    calls = target(CALLS[0], tmp_path)

    ended = Counter(calls.run(data) for data in calls.seeds)

    assert ended.keys().isdisjoint({"INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED"}), ended
    assert ended["OK"] > len(METHODS) / 2

    calls.close()


class Planted:
    """A target with a fault for each letter."""

    name, is_text = "planted", True
    seeds: Sequence[bytes] = (b"fine",)

    def __init__(self) -> None:
        self._kept: list[list[int]] = []

    def changed(self, _: Random, data: bytes) -> bytes:
        return data

    def run(self, data: bytes) -> str:
        match data:
            case b"raises":
                raise KeyError("planted")
            case b"leaks":
                self._kept += [[] for _ in range(200)]
        return "fine"

    def close(self) -> None:
        if self.seeds[0] == b"corrupts":
            raise ValueError("what is stored does not verify")


@pytest.mark.parametrize(
    ("fault", "named"), [(b"raises", "KeyError"), (b"leaks", "leak"), (b"corrupts", "ValueError"), (b"fine", "")]
)
def test_a_fault_is_named(fault: bytes, named: str) -> None:
    planted = Planted()
    planted.seeds = (fault,)

    account = attack(planted, 1, requests=500)

    assert account.requests == 500
    assert [kind for kind in account.violations if named not in kind] == []
    assert bool(account.violations) is bool(named)


@pytest.mark.parametrize(("end", "how"), [("os.abort()", "died with exit code -6"), ("time.sleep(60)", "hung")])
def test_who_dies_or_hangs_is_named_with_the_input(end: str, how: str, tmp_path: Path) -> None:
    script = (
        f"import os, time; from pathlib import Path; from tests.fuzzing.account import Page\n"
        f"Page(Path({str(tmp_path / 'page')!r})).note(3, b'deadly'); {end}"
    )

    account = runs.outcome("planted", [sys.executable, "-c", script], tmp_path, hang_s=0.5)

    ((kind, text),) = account.violations.items()
    assert how in kind
    assert "deadly" in text
    assert account.requests == 3
