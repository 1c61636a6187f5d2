"""Who stands in for whom at an instant: one leave of several absences, substitutes of substitutes, circles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.calendars import Absence
from router.model.errors import InvalidInput
from router.model.workforce import Rep, WorkforceRecords
from router.workforce.covers import Hindrance, Responsible, Substitutes
from router.workforce.edits import Edit, changed, removed

REPS = ("ann", "bo", "cy", "di")


def records(*absences: tuple[str, int, int, str], inactive: str = "") -> WorkforceRecords:
    """Return a workforce with leaves: whose, from when to when, and who stands in."""
    made = [Absence(f"{rep}/{place}", start, end, "", name) for place, (rep, start, end, name) in enumerate(absences)]
    reps = {rep: Rep(rep, active=rep != inactive) for rep in REPS}
    return WorkforceRecords(1, {"rep": reps, "absence": {one.id: one for one in made}})


def holders(covers: Substitutes, rep: str, until: int) -> str:
    """Return the first letters of who has what is a rep's, instant by instant; of nobody a dot."""
    return "".join(covers.holder(rep, at).rep[:1] or "." for at in range(until))


@pytest.mark.parametrize(
    ("absences", "expected"),
    [
        ([("ann", 2, 5, "bo")], "aabbbaa"),
        ([("ann", 2, 5, "")], "aaaaaaa"),
        # touching and overlapping absences are one leave: the substitute of the one that began last holds
        ([("ann", 1, 3, "bo"), ("ann", 3, 5, "cy")], "abbccaa"),
        ([("ann", 1, 3, "bo"), ("ann", 3, 5, "")], "abbbbaa"),
        ([("ann", 1, 2, ""), ("ann", 2, 5, "bo")], "aabbbaa"),
        ([("ann", 1, 6, "bo"), ("ann", 2, 4, "cy")], "abccbba"),
        ([("ann", 1, 6, "bo"), ("ann", 2, 4, "")], "abbbbba"),
        ([("ann", 1, 3, "bo"), ("ann", 4, 6, "cy")], "abbacca"),
        # who is on leave too is stood in for
        ([("ann", 1, 6, "bo"), ("bo", 2, 4, "cy")], "abccbba"),
        ([("ann", 1, 6, "bo"), ("bo", 2, 4, "")], "ab..bba"),
        ([("ann", 1, 6, "bo"), ("bo", 1, 6, "cy"), ("cy", 2, 4, "di")], "acddcca"),
        ([("ann", 1, 6, "bo"), ("bo", 2, 4, "ann")], "ab..bba"),
        ([("ann", 1, 6, "ann")], "a.....a"),
        ([("ann", 1, 6, "nobody")], "a.....a"),
    ],
)
def test_who_has_what_is_anns(absences: list[tuple[str, int, int, str]], expected: str) -> None:
    assert holders(Substitutes(records(*absences)), "ann", 7) == expected


def test_who_stands_in_is_said_of_now_or_of_the_nearest_end_of_the_leave() -> None:
    covers = Substitutes(
        records(("ann", 2, 6, "bo"), ("bo", 4, 9, "cy"), ("cy", 5, 9, ""), ("di", 0, 9, ""), ("di", 9, 10, "ann"))
    )
    of_ann, of_di = Absence("ann/x", 2, 6, "", "bo"), Absence("di/x", 0, 9)

    assert [covers.stand_in(of_ann, now) for now in (0, 2, 4, 5, 8)] == ["bo", "bo", "cy", "", ""]
    assert [covers.stand_in(of_di, now) for now in (0, 20)] == ["", ""]


def test_who_stood_in_until_the_end_of_a_leave_is_said_of_its_last_instant() -> None:
    covers = Substitutes(records(("ann", 2, 6, "bo")))
    leave = Absence("ann/0", 2, 6, "", "bo")

    assert [covers.stand_in(leave, now_ms) for now_ms in (1, 2, 5, 6, 9)] == ["bo"] * 5


def test_why_nobody_can_is_said() -> None:
    covers = Substitutes(records(("ann", 0, 9, "bo"), ("bo", 1, 9, ""), ("cy", 0, 9, "di"), ("di", 0, 9, "cy")))

    assert covers.holder("ann", 1) == Responsible("", Hindrance.ON_LEAVE)
    assert covers.holder("cy", 1) == Responsible("", Hindrance.CIRCLE)
    inactive = Substitutes(records(("ann", 0, 9, "bo"), ("cy", 0, 9, "ann"), inactive="bo"))
    assert inactive.holder("cy", 1) == Responsible("", Hindrance.INACTIVE)
    assert Substitutes(records(("ann", 0, 2, "bo"), inactive="ann")).holder("ann", 3) == Responsible(
        "", Hindrance.INACTIVE
    )


LEAVES = st.lists(
    st.tuples(
        st.sampled_from(REPS), st.integers(0, 12), st.integers(1, 6), st.sampled_from(("", *REPS))
    ).map(lambda each: (each[0], each[1], each[1] + each[2], each[3])),
    max_size=6,
)  # fmt: skip


@given(absences=LEAVES, since=st.integers(0, 12), owner=st.sampled_from(REPS))
def test_between_two_instants_nothing_changes_and_each_change_is_to_somebody_who_is_there(
    absences: list[tuple[str, int, int, str]], since: int, owner: str
) -> None:
    covers = Substitutes(records(*absences))

    expected = {at: covers.holder("ann", at) for at in range(20)}
    for at in range(1, 20):
        assert at in covers.instants("ann") or expected[at] == expected[at - 1]
    for at, rep in covers.changes("ann", owner, since):
        assert at >= since
        assert rep == expected[at].rep != owner
        assert rep == "ann" or covers.leave(rep, at) is None or not covers.named("ann", at)
    first = next((at for at in range(since, 20) if expected[at].rep not in ("", owner)), None)
    assert next((at for at, _ in covers.changes("ann", owner, since)), None) == first


def enter(present: WorkforceRecords, rep: str, start: int, end: int, substitute: str) -> WorkforceRecords:
    absence = Absence(f"{rep}/new", start, end, "", substitute)
    made = changed("t", present, [Edit("absence", absence.id, lambda _: absence, create=True)])
    return present.with_changes(2, [(kind, record_id, record) for (kind, record_id), record in made.items()])


@pytest.mark.parametrize(
    ("rep", "start", "end", "substitute", "says"),
    [
        ("ann", 0, 9, "eve", "there is no rep 'eve': create them first"),
        ("ann", 0, 9, "ann", "ann → ann: at one time they would stand in for one another"),
        ("cy", 3, 5, "ann", "cy → ann → bo → cy: at one time"),
    ],
)
def test_who_is_not_there_or_would_stand_in_for_themselves_is_refused(
    rep: str, start: int, end: int, substitute: str, says: str
) -> None:
    present = records(("ann", 0, 4, "bo"), ("bo", 2, 9, "cy"))

    with pytest.raises(InvalidInput) as refused:
        enter(present, rep, start, end, substitute)

    (violation,) = refused.value.violations
    assert (violation.field, says in violation.description) == ("absence.substitute", True), violation


def test_what_is_a_circle_at_no_time_is_none_and_one_by_a_leave_that_is_prolonged_is() -> None:
    present = records(("ann", 0, 4, "bo"), ("bo", 4, 9, "ann"))

    assert enter(present, "bo", 12, 14, "ann").absences["bo/new"].substitute == "ann"
    with pytest.raises(InvalidInput, match="ann → bo → ann"):
        enter(present, "ann", 4, 5, "")


def test_who_is_deleted_stands_in_for_nobody() -> None:
    present = records(("ann", 0, 4, "bo"), ("bo", 4, 9, "cy"))

    gone = removed("t", present, "rep", "bo", "")

    assert gone["absence", "ann/0"] == Absence("ann/0", 0, 4)
    assert gone["absence", "bo/1"] is None
