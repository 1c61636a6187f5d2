"""Each promise of the simulated company: where what keeps it is missing, it is missed, by that very promise."""

from __future__ import annotations

import pytest

from tests.integration.simulation.playing import played
from tests.simulation.guards import GUARDS

SEEDS = {
    "what is closed is not moved": "3",
    "what a credit disturbs is measured": "5",
    "a credit has an upper limit": "3",
    "what one is credited the others pay": "3",
    "a credit is used up by who is served": "5",
    "a timer fires for what it is about alone": "5",
    "who lets so many offers lapse is set away": "3",
    "nothing is given away for ever": "5",
    "who stands in is there": "3",
    "what somebody on leave was given stays": "5",
}
"""Where the two months of the first seed bring nobody far enough from a fair share, or only late."""


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_that_is_missing_is_missed_by_the_promise_that_it_keeps(guard: str) -> None:
    done = played("--days", "60", "--reps", "30", "--seed", SEEDS.get(guard, "1"), "--without", guard)

    broken = [line.split()[1].rstrip(":") for line in done.stdout.splitlines() if line.startswith("broken ")]
    assert broken, done.stdout + done.stderr
    assert broken[0] in GUARDS[guard].promises.split()
