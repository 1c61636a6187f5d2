"""What records of the workforce name must be there, and stays while somebody names it."""

from __future__ import annotations

import pytest

from router.model.calendars import SETTINGS_ID, Absence, Calendar, TenantSettings
from router.model.errors import InvalidInput, NotFound, NotPossible
from router.model.workforce import Member, Pool, Record, Rep, WeightStep, WorkforceRecords
from router.workforce.differences import RecordDifference, differ
from router.workforce.edits import Edit, changed, removed
from router.workforce.references import MAX_ABSENCES

ANN, BOB = Rep("ann"), Rep("bob", manager="ann", calendar="office")
RECORDS = WorkforceRecords(
    1,
    {
        "rep": {"ann": ANN, "bob": BOB},
        "pool": {"east": Pool("east", calendar="office", managers=("bob",))},
        "calendar": {"office": Calendar("office"), "spare": Calendar("spare")},
        "absence": {f"ann/{n}": Absence(f"ann/{n}", 1, 2) for n in range(MAX_ABSENCES)},
        "tenant": {SETTINGS_ID: TenantSettings(calendar="office")},
    },
)


def edit(kind: str, record: Record) -> Edit:
    return Edit(kind, record.id, lambda _: record, create=True)


@pytest.mark.parametrize(
    ("kind", "record", "field", "says"),
    [
        ("rep", Rep("cy", calendar="night"), "rep.calendar", "there is no calendar 'night': create it first"),
        ("rep", Rep("cy", manager="zoe"), "rep.manager", "there is no rep 'zoe': create them first"),
        ("rep", Rep("cy", manager="cy"), "rep.manager", "cy → cy: nobody may lead"),
        ("rep", Rep("ann", manager="bob"), "rep.manager", "ann → bob → ann: nobody may lead whoever leads them"),
        ("pool", Pool("p", calendar="night"), "pool.calendar", "there is no calendar 'night'"),
        ("pool", Pool("p", managers=("ann", "zoe")), "pool.managers[1]", "there is no rep 'zoe'"),
        ("tenant", TenantSettings(calendar="night"), "tenant.calendar", "there is no calendar 'night'"),
        ("calendar", Calendar("a b"), "calendar.name", "holds ' '"),
        ("absence", Absence("ann/a b", 1, 2), "absence.name", "holds ' '"),
        ("absence", Absence("ann/new", 1, 2), "absence.name", "'ann' would have 1001 absences: at most 1000"),
    ],
)
def test_what_is_named_and_is_not_there_is_refused(kind: str, record: Record, field: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed("acme", RECORDS, [edit(kind, record)])

    assert [violation.field for violation in refused.value.violations][:1] == [field]
    assert any(says in violation.description for violation in refused.value.violations)


def test_managers_stand_in_few_levels() -> None:
    chain = [Rep(f"r{n}", manager=f"r{n - 1}" if n else "") for n in range(40)]

    with pytest.raises(InvalidInput, match="over 32 levels"):
        changed("acme", WorkforceRecords(), [edit("rep", rep) for rep in chain])


def test_an_absence_of_nobody_is_refused() -> None:
    with pytest.raises(NotFound, match="reps/zoe"):
        changed("acme", RECORDS, [edit("absence", Absence("zoe/a", 1, 2))])


@pytest.mark.parametrize(
    ("kind", "record_id", "says"),
    [
        ("calendar", "office", "is the calendar of the tenant, pool east, rep bob: give them another first"),
        ("rep", "ann", "is the manager of rep bob: give them another first"),
        ("rep", "bob", "is the manager of pool east: give them another first"),
    ],
)
def test_what_is_in_use_stays(kind: str, record_id: str, says: str) -> None:
    with pytest.raises(NotPossible) as refused:
        removed("acme", RECORDS, kind, record_id, "")

    assert says in str(refused.value)


def test_a_calendar_that_nobody_uses_goes() -> None:
    assert removed("acme", RECORDS, "calendar", "spare", "") == {("calendar", "spare"): None}


def test_with_a_rep_go_their_absences() -> None:
    absences = {"ann/a": Absence("ann/a", 1, 2), "ann-b/a": Absence("ann-b/a", 1, 2)}
    records = WorkforceRecords(1, {"rep": {"ann": ANN}, "absence": absences})

    assert removed("acme", records, "rep", "ann", "") == {("rep", "ann"): None, ("absence", "ann/a"): None}


def test_they_go_in_the_order_of_their_ids_whatever_order_the_store_has_them_in() -> None:
    leaves = {name: Absence(name, 0, 1) for name in ("ann/c", "ann/a", "ann/b")}
    records = WorkforceRecords(1, {"rep": {"ann": Rep("ann")}, "absence": leaves})

    assert [name for _, name in removed("acme", records, "rep", "ann", "")] == ["ann", "ann/a", "ann/b", "ann/c"]


def test_a_difference_in_any_new_field_shows() -> None:
    before, after = Pool("p", (Member("ann"),)), Pool("p", (Member("ann", ramp=(WeightStep(1, 500),)),))
    others = Pool("p", (Member("ann"),), calendar="c", leave_buffer_ms=30 * 86_400_000, managers=("ann",))

    assert differ(before, after)
    assert list(RecordDifference("pool", "p", before, after).fields()) == [
        ("weight_steps.ann", None, ("1970-01-01T00:00:00.001Z 0.5",))
    ]
    assert list(RecordDifference("pool", "p", before, others).fields()) == [
        ("calendar", None, "c"),
        ("leave_buffer_duration", None, "2592000s"),
        ("managers", None, ("ann",)),
    ]
    assert list(RecordDifference("rep", "bob", Rep("bob"), BOB).fields()) == [
        ("calendar", None, "office"),
        ("manager", None, "ann"),
    ]
