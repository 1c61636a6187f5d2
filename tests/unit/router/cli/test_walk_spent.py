"""How long a deadline took, and which stand still, as rows of a walk look at it."""

from __future__ import annotations

import pytest
from google.protobuf.duration_pb2 import Duration

from fairlead.v1.deadlines_pb2 import Deadline, TimePart
from router.cli.walk_expect_forms import TookForm
from router.cli.walk_spent import seen_paused, seen_took


def part(kind: TimePart.Kind, wall_minutes: int, counted_minutes: int = 0) -> TimePart:
    wall, counted = (Duration(seconds=minutes * 60) for minutes in (wall_minutes, counted_minutes))
    return TimePart(kind=kind, wall_duration=wall, counted_duration=counted)


BEFORE = Deadline(deadline="answer", parts=[part(TimePart.KIND_OWNER, 7, 7)])
LATEST = Deadline(
    deadline="answer",
    parts=[
        part(TimePart.KIND_OUTSIDE_HOURS, 900),
        part(TimePart.KIND_EARLIER_OWNER, 30, 30),
        part(TimePart.KIND_OWNER, 60, 60),
        part(TimePart.KIND_EARLIER_OWNER, 5, 5),
    ],
)
WENT = {"OUTSIDE_HOURS": "15h", "EARLIER_OWNER": "35m", "OWNER": "60m"}


@pytest.mark.parametrize(
    ("took", "holds"),
    [
        (TookForm(counted="1h 35m", wall="995m", parts=WENT), [True, True, True]),
        (TookForm(counted="94m"), [False]),
        (TookForm(wall="16h 36m"), [False]),
        (TookForm(parts={**WENT, "WAITING": "1m"}), [False]),
        (TookForm(parts={"OUTSIDE_HOURS": "15h", "EARLIER_OWNER": "35m"}), [False]),
        (TookForm(parts={}), [False]),
    ],
)
def test_a_deadline_took_what_the_parts_of_the_one_that_began_last_add_up_to(took: TookForm, holds: list[bool]) -> None:
    assert [each.holds for each in seen_took(took, "answer of L-1", [BEFORE, LATEST])] == holds


def test_what_never_began_took_no_time() -> None:
    (seen,) = seen_took(TookForm(counted="1m"), "answer of L-1", [])

    assert (seen.holds, seen.expected, seen.found) == (False, "1m", "0s")


@pytest.mark.parametrize(
    ("expected", "holds"),
    [(["update", "resolution"], True), (["resolution"], False), ([], False), (["update", "resolution", "law"], False)],
)
def test_exactly_these_stand_still(expected: list[str], holds: bool) -> None:
    listed = [
        Deadline(deadline="resolution", pause_reason="waiting"),
        Deadline(deadline="law"),
        Deadline(deadline="update", pause_reason="waiting"),
    ]

    assert seen_paused(expected, "T-1", listed).holds == holds
