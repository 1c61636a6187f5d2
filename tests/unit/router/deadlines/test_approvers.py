"""Who approves that a stage is entered: whom the process names, and above, and never for themselves."""

from __future__ import annotations

import pytest

from router.deadlines.approvers import Approvers, approvers
from router.deadlines.recipients import Recipients
from router.process.definition.deadlines import RecipientRole
from router.process.definition.tasks import Approval
from router.process.life.asks import Ask
from tests.unit.router.deadlines.test_recipients import NOW, roster


def who(by: RecipientRole | str, owner: str = "ann", before: str = "", pool: str = "east", **given: str) -> Approvers:
    """Return who approves what somebody has, and had as it was asked."""
    return approvers(Approval(by), Ask(1, NOW, "quote", before or owner, pool, ""), owner, pool, roster(**given))


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
    assert who(RecipientRole.MANAGER, "ann", inactive="mo").lines == (("zo",),)


def test_who_is_on_leave_is_passed_over_and_told_where_nobody_above_is_there() -> None:
    asked = who(RecipientRole.MANAGER)

    assert asked.told(roster(), NOW, is_late=False) == Recipients(("mo",))
    assert asked.told(roster(), NOW, is_late=True) == Recipients(("zo",))
    assert asked.told(roster("mo"), NOW, is_late=False) == Recipients(("zo",), ("mo",))
    assert asked.told(roster("mo", "zo"), NOW, is_late=False) == Recipients(("mo",))
    assert who("zo").told(roster(), NOW, is_late=True) == Recipients(("zo",))  # nobody is above
