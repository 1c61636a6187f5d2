"""Whom a step of a deadline tells: by role, and whoever is above those on leave."""

from __future__ import annotations

import pytest

from router.assignment.roster import Roster
from router.deadlines.recipients import Recipients, keepers, recipients, recipients_of_gift
from router.model.calendars import Absence
from router.model.workforce import Pool, RecordChange, Rep, WorkforceRecords
from router.process.definition.deadlines import Act, DeadlineStep, NamedChannel, RecipientRole
from rules.durations import Duration

AT = Duration(1, "h")
NOW = 1_000_000
REPS = {"ann": "mo", "bo": "", "mo": "zo", "zo": "", "po": "zo", "eve": "fay", "fay": "eve"}
"""Everybody, with their managers; eve and fay are each other's."""


def roster(*on_leave: str, inactive: str = "") -> Roster:
    changes = [
        *(
            RecordChange(1, "rep", each, Rep(each, manager=over, active=each != inactive))
            for each, over in REPS.items()
        ),
        RecordChange(1, "pool", "east", Pool("east", (), managers=("po", "zo"))),
        *(RecordChange(1, "absence", f"{each}/x", Absence(f"{each}/x", NOW, NOW + 1)) for each in on_leave),
    ]
    return Roster(WorkforceRecords().after(changes, 1))


def told(*to: RecipientRole | str, owner: str = "ann", pool: str = "east", who: Roster | None = None) -> Recipients:
    return recipients(DeadlineStep(AT, Act.NOTIFY, to), owner, pool, who or roster(), NOW)


@pytest.mark.parametrize(
    ("to", "owner", "expected"),
    [
        ([RecipientRole.OWNER], "ann", ["ann"]),
        ([RecipientRole.OWNER], "", ["po", "zo"]),
        ([RecipientRole.MANAGER], "ann", ["mo"]),
        ([RecipientRole.MANAGER], "bo", ["po", "zo"]),
        ([RecipientRole.MANAGER], "", ["po", "zo"]),
        ([RecipientRole.MANAGERS_MANAGER], "ann", ["zo"]),
        ([RecipientRole.MANAGERS_MANAGER], "mo", ["zo"]),
        ([RecipientRole.MANAGERS_MANAGER], "bo", ["zo"]),
        ([RecipientRole.POOL_MANAGERS], "ann", ["po", "zo"]),
        (["bo", "nobody"], "ann", ["bo"]),
        (["bo", RecipientRole.OWNER, RecipientRole.MANAGER, "bo"], "ann", ["bo", "ann", "mo"]),
        ([RecipientRole.OWNER], "gone", []),
    ],
)
def test_each_role_is_whom_it_names(to: list[RecipientRole | str], owner: str, expected: list[str]) -> None:
    assert told(*to, owner=owner) == Recipients(tuple(expected))


@pytest.mark.parametrize(
    ("owner", "expected"),
    [("ann", ["mo", "zo", "po"]), ("mo", ["zo", "po"]), ("bo", ["po", "zo"]), ("eve", ["fay", "eve", "po", "zo"])],
)
def test_all_above_may_keep_what_was_given_away_often_enough_the_nearest_first(owner: str, expected: list[str]) -> None:
    assert keepers(owner, "east", roster()) == expected


def test_a_pool_without_managers_and_an_owner_without_one_leave_nobody_to_tell() -> None:
    assert told(RecipientRole.MANAGER, owner="bo", pool="") == Recipients(())
    assert told(RecipientRole.POOL_MANAGERS, pool="gone") == Recipients(())


def test_a_reminder_is_for_the_owner_and_a_step_that_gave_to_nobody_for_the_manager() -> None:
    remind = DeadlineStep(AT, Act.REMIND, (RecipientRole.OWNER,))

    assert recipients(remind, "ann", "east", roster(), NOW).told == ("ann",)
    assert recipients(DeadlineStep(AT, Act.REASSIGN), "ann", "east", roster(), NOW).told == ("mo",)


def test_who_is_on_leave_is_passed_over_to_whoever_is_above_them() -> None:
    assert told(RecipientRole.OWNER, who=roster("ann")) == Recipients(("mo",), ("ann",))
    assert told(RecipientRole.OWNER, who=roster("ann", "mo")) == Recipients(("zo",), ("ann", "mo"))
    assert told(RecipientRole.MANAGER, who=roster(inactive="mo")) == Recipients(("zo",), (), ("mo",))
    assert told(RecipientRole.OWNER, who=roster("ann", "mo", inactive="mo")) == Recipients(("zo",), ("ann",), ("mo",))
    assert told(RecipientRole.OWNER, "mo", who=roster("ann")) == Recipients(("mo",), ("ann",))


def test_behind_the_last_above_stand_the_managers_of_the_pool() -> None:
    assert told("bo", who=roster("bo")) == Recipients(("po",), ("bo",))
    assert told(RecipientRole.OWNER, who=roster("ann", "mo", "zo")) == Recipients(("po",), ("ann", "mo", "zo"))


def test_where_nobody_is_there_who_was_meant_is_told_all_the_same() -> None:
    nobody = roster(*REPS)

    assert told(RecipientRole.OWNER, who=nobody) == Recipients(("ann",))
    assert told(RecipientRole.POOL_MANAGERS, who=nobody) == Recipients(("po", "zo"))
    assert told("bo", pool="", who=roster(inactive="bo")) == Recipients((), (), ("bo",))  # who left is told nothing


def test_managers_who_lead_each_other_are_each_looked_at_once() -> None:
    assert told("eve", who=roster("eve", "fay"), pool="") == Recipients(("eve",))
    assert told("eve", who=roster("eve", "fay")) == Recipients(("po",), ("eve", "fay"))


def test_a_leave_is_over_at_its_end() -> None:
    assert recipients(DeadlineStep(AT, Act.REMIND, (RecipientRole.OWNER,)), "ann", "east", roster("ann"), NOW + 1) == (
        Recipients(("ann",))
    )


def test_a_channel_that_a_step_names_is_told_beside_people_whoever_reads_it() -> None:
    step = DeadlineStep(AT, Act.NOTIFY, (NamedChannel("east-bot"), RecipientRole.MANAGER, NamedChannel("all")))

    assert recipients(step, "ann", "east", roster("mo"), NOW) == Recipients(
        ("zo",), ("mo",), channels=("east-bot", "all")
    )
    assert recipients(DeadlineStep(AT, Act.NOTIFY, (NamedChannel("a"),)), "", "", roster(), NOW).told == ()


def test_of_what_goes_from_one_to_another_both_hear_and_who_had_it_only_while_they_are_there() -> None:
    def told(given_to: str, before: str, who: Roster, *, with_managers: bool = False) -> Recipients:
        return recipients_of_gift(given_to, before, "east", who, NOW, with_managers=with_managers)

    assert told("bo", "ann", roster()) == Recipients(("bo", "ann"))
    assert told("bo", "ann", roster(), with_managers=True) == Recipients(("bo", "ann", "mo"))
    assert told("bo", "ann", roster("ann")) == Recipients(("bo",))
    assert told("ann", "bo", roster("ann")) == Recipients(("mo", "bo"), ("ann",))
    assert told("", "ann", roster()) == Recipients(("ann",))
    assert told("gone", "gone too", roster()) == Recipients(())
