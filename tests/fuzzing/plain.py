"""Attacks a target by chance alone: seeds, changed again and again. Needs nothing, and finds most things, later."""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random

from tests.fuzzing.account import Account, Accountant, Page, Target
from tests.fuzzing.drawing import one_of

MOST_BYTES = 8_192
_ADOPTED = 0.02
"""How often what was changed takes the place of another, to be changed further."""


def attack(
    target: Target,
    seed: int,
    *,
    requests: int = 0,
    seconds: float = float("inf"),
    found: Sequence[bytes] = (),
    page: Page | None = None,
) -> Account:
    """Attack with so many inputs or for so long, whichever ends first.

    Parameters
    ----------
    requests
        0: no bound.
    found
        Inputs to begin with beside the seeds.
    """
    random, seeds = Random(seed), [*target.seeds, *found]
    adopted = seeds[:]
    accountant = Accountant(target, requests, page)
    until = time.monotonic() + seconds
    ended = False
    for data in seeds:
        ended = ended or accountant.feed(data)
    while not ended and time.monotonic() < until:
        data = target.changed(random, one_of(random, seeds if random.random() < 0.5 else adopted))[:MOST_BYTES]
        if random.random() < _ADOPTED:
            adopted[int(random.random() * len(adopted))] = data
        ended = accountant.feed(data)
    return accountant.end()
