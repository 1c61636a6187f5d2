"""What an event is said to have changed, and by whom."""

from __future__ import annotations

import pytest

from router.cli.audit import actor_of, description
from router.model.events import PresenceChanged, Settled


@pytest.mark.parametrize(
    ("until_ms", "said"),
    [(0, "bo away until told otherwise"), (1_000, "bo away until 1970-01-01 00:00:01"), (None, "bo back")],
)
def test_who_left_or_came_back_is_said_with_the_instant(until_ms: int | None, said: str) -> None:
    event = PresenceChanged(3, "bo", until_ms, 0, "mo")

    assert (description(event), actor_of(event)) == (said, "mo")


def test_nobody_is_said_to_have_settled_a_ledger() -> None:
    assert actor_of(Settled(3, "east", ("bo",), (), 0)) == ""
