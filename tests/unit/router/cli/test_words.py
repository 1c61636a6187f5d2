"""What a command lays out of a decision's words."""

from __future__ import annotations

import pytest

from router.cli.words import owner_of, why_not
from router.wording.languages import Language
from tests.unit.router.wording.deciding import ALONE, LARGEST, decided, refused, told


def test_why_not_gives_each_reason_with_its_code() -> None:
    assert why_not(told(decided(*ALONE)), "tenants/t/reps/cy") == [
        "Cy could not have had it:",
        "  outside the territory: regions south: must cover east  [TERRITORY]",
    ]


def test_a_reason_that_begins_with_what_refuses_in_general_is_said_once() -> None:
    decision = told(decided(refused("cy", "OUTSIDE_HOURS", "", "", "")))

    assert why_not(decision, "cy")[1:] == ["  outside working hours  [OUTSIDE_HOURS]"]


def test_a_cap_that_was_reached_is_said_once_in_each_language() -> None:
    reached = decided(refused("cy", "REACHED_CAP", "caps.daily", "20", "20"))

    assert why_not(told(reached), "cy")[1:] == ["  open-work cap reached: 20 of 20  [REACHED_CAP]"]
    assert why_not(told(reached, Language.ZH), "cy", Language.ZH)[1:] == ["  已达在手上限 20/20  [REACHED_CAP]"]


@pytest.mark.parametrize("rep", ["tenants/t/reps/bo", "bo", "Bo"])
def test_why_not_compares_the_claims_of_those_who_could(rep: str) -> None:
    heading, *lines = why_not(told(decided(*LARGEST), Language.ZH), rep, Language.ZH)

    assert heading == "Bo 是合格人选。"
    assert lines[0] == "  Anna：差额 +0.30 + 本次应得 0.50 = 累计应得 0.80"
    assert len(lines) == 3


def test_who_was_not_looked_at_is_an_error() -> None:
    with pytest.raises(LookupError):
        why_not(told(decided(*ALONE)), "tenants/t/reps/dora")


def test_an_owner_is_called_by_name_and_nobody_in_the_language() -> None:
    assert owner_of(decided(*ALONE)) == "Anna"
    assert owner_of(decided(), Language.ZH) == "无人"
