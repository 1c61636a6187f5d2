"""Who approves that a stage is entered: whom the process names, and above, and never for themselves."""

from __future__ import annotations

import pytest

from router.assignment.roster import Roster
from router.deadlines.approvers import Approvers, approvers
from router.deadlines.recipients import Recipients
from router.process.definition.deadlines import RecipientRole
from router.process.definition.tasks import Approval
from router.process.life.asks import Ask
from tests.unit.router.deadlines.test_recipients import NOW, roster


def who(
    by: RecipientRole | str, owner: str = "ann", before: str = "", pool: str = "east", there: Roster | None = None
) -> Approvers:
    """Return who approves what somebody has, and had as it was asked."""
    ask = Ask(1, NOW, "quote", before or owner, pool, "")
    return approvers(Approval(by), ask, owner, pool, there or roster(), NOW)


@pytest.mark.parametrize(
    ("by", "owner", "before", "lines"),
    [
        (RecipientRole.MANAGER, "ann", "", [("mo", "zo")]),
        (RecipientRole.MANAGER, "ann", "mo", [("zo",)]),  # mo had it as it was asked
        (RecipientRole.MANAGERS_MANAGER, "ann", "", [("zo",)]),  # and not mo, who is below
        (RecipientRole.MANAGER, "zo", "", [("po",)]),  # nobody is above zo: the pool's managers
        (RecipientRole.POOL_MANAGERS, "po", "", [("zo",), ("zo",)]),
        ("mo", "mo", "", [("zo",)]),
        ("eve", "ann", "", [("eve", "fay")]),  # who are each other's
        ("gone", "ann", "", [("po", "zo"), ("zo",)]),
    ],
)
def test_whoever_is_named_and_above_approves_and_nobody_their_own(
    by: RecipientRole | str, owner: str, before: str, lines: list[tuple[str, ...]]
) -> None:
    assert who(by, owner, before).lines == tuple(lines)


def test_where_nobody_is_left_nobody_approves() -> None:
    assert who("zo", "zo", pool="") == Approvers(())
    assert who(RecipientRole.MANAGER, "ann", there=roster(inactive="mo")).lines == (("zo",),)


def test_who_is_on_leave_is_passed_over_and_told_where_nobody_above_is_there() -> None:
    asked = who(RecipientRole.MANAGER)

    assert asked.told(roster(), NOW, is_late=False) == Recipients(("mo",))
    assert asked.told(roster(), NOW, is_late=True) == Recipients(("zo",))
    assert asked.told(roster("mo"), NOW, is_late=False) == Recipients(("zo",), ("mo",))
    assert asked.told(roster("mo", "zo"), NOW, is_late=False) == Recipients(("mo",))
    assert asked.told(roster("zo"), NOW, is_late=True) == Recipients(("mo",), ("zo",))  # who is asked, once more
    assert who("zo").told(roster(), NOW, is_late=True) == Recipients(("zo",))  # nobody is above


def test_where_the_process_names_nobody_who_is_left_and_the_pool_has_no_managers_whoever_is_above_approves() -> None:
    assert who(RecipientRole.POOL_MANAGERS, pool="").lines == (("mo", "zo"),)
    assert who("gone", pool="").lines == (("mo", "zo"),)
    assert who("gone", "bo", pool="") == Approvers(())  # nobody is above bo


def test_as_long_as_nobody_of_those_is_there_the_managers_of_the_pool_stand_in_who_are() -> None:
    away = roster("mo", "zo")
    asked = who(RecipientRole.MANAGER, there=away)

    assert asked.asked == ("mo",)
    assert asked.may == {"mo", "zo", "po"}
    assert asked.told(away, NOW, is_late=False) == Recipients(("po",), ("mo", "zo"))
    assert asked.told(away, NOW, is_late=True) == Recipients(("po",), ("zo",))
    assert who(RecipientRole.MANAGER, before="po", there=away).may == {"mo", "zo"}  # never of their own
    assert who(RecipientRole.MANAGER, there=roster("mo", "zo", "po")).may == {"mo", "zo"}
