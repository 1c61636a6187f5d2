"""Which evidence an activity is: the whole table."""

from __future__ import annotations

from itertools import product

import pytest

from router.model.activities import ActivityEvidence, ActivityKind, Direction
from router.model.evidence import CONNECTED_MS, ends_next_date, evidence_of

CALL, VISIT, MEETING, MESSAGE, EMAIL, NOTE = ActivityKind
OUT, IN, INTERNAL = Direction
ATTEMPT, CONTACT, CUSTOMER, ANY = ActivityEvidence
TABLE = {
    (CALL, OUT, True, CONNECTED_MS): (ATTEMPT, CONTACT, ANY),
    (CALL, OUT, True, CONNECTED_MS - 1): (ATTEMPT, ANY),
    (CALL, IN, True, CONNECTED_MS): (CONTACT, CUSTOMER, ANY),
    (CALL, IN, True, 0): (CUSTOMER, ANY),
    (CALL, IN, False, CONNECTED_MS): (CUSTOMER, ANY),
    (VISIT, OUT, True, 0): (ATTEMPT, ANY),
    (VISIT, IN, True, 0): (CONTACT, CUSTOMER, ANY),
    (VISIT, IN, False, 0): (CUSTOMER, ANY),
    (MEETING, OUT, True, 0): (ATTEMPT, CONTACT, ANY),
    (MEETING, IN, True, 0): (CONTACT, CUSTOMER, ANY),
    (MEETING, IN, False, 0): (CUSTOMER, ANY),
    (MESSAGE, OUT, True, CONNECTED_MS): (ATTEMPT, ANY),
    (MESSAGE, IN, True, 0): (CONTACT, CUSTOMER, ANY),
    (MESSAGE, IN, False, 0): (CONTACT, CUSTOMER, ANY),
    (EMAIL, OUT, True, 0): (ATTEMPT, ANY),
    (EMAIL, IN, False, 0): (CONTACT, CUSTOMER, ANY),
}


@pytest.mark.parametrize("about", TABLE, ids=lambda about: " ".join(map(str, about)))
def test_an_activity_proves_what_the_table_says(about: tuple[ActivityKind, Direction, bool, int]) -> None:
    kind, direction, by_person, duration_ms = about

    assert evidence_of(kind, direction, by_person=by_person, duration_ms=duration_ms) == TABLE[about]


@pytest.mark.parametrize("by_person", [True, False])
def test_notes_and_what_is_internal_prove_nothing_whoever_wrote_them(by_person: bool) -> None:
    nothing = [(NOTE, direction) for direction in Direction] + [(kind, INTERNAL) for kind in ActivityKind]

    assert {evidence_of(*about, by_person=by_person, duration_ms=CONNECTED_MS) for about in nothing} == {()}


@pytest.mark.parametrize("kind", ActivityKind)
def test_what_a_machine_sends_proves_nothing(kind: ActivityKind) -> None:
    assert evidence_of(kind, OUT, by_person=False, duration_ms=CONNECTED_MS) == ()


def test_any_is_there_wherever_something_else_is_and_the_order_is_that_of_the_enum() -> None:
    for about in product(ActivityKind, Direction, (True, False), (0, CONNECTED_MS)):
        kind, direction, by_person, duration_ms = about
        evidence = evidence_of(kind, direction, by_person=by_person, duration_ms=duration_ms)

        assert (ActivityEvidence.ANY in evidence) == bool(evidence)
        assert [*evidence] == sorted(evidence, key=[*ActivityEvidence].index)


@pytest.mark.parametrize(
    ("evidence", "by_person", "ends"),
    [((ATTEMPT, ANY), True, True), ((CUSTOMER, ANY), True, True), ((CUSTOMER, ANY), False, False), ((), True, False)],
)
def test_a_next_date_is_ended_by_whoever_turned_to_the_customer(
    evidence: tuple[ActivityEvidence, ...], by_person: bool, ends: bool
) -> None:
    assert ends_next_date(evidence, by_person=by_person) is ends
