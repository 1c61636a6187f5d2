"""What clients and operators of commit fb041ba hold on to is still there: they need change nothing."""

from __future__ import annotations

import pytest

from tests.golden import FB041BA
from tests.golden.calls import other_answers
from tests.golden.contract import contract, kept, missing

NEVER_SAID = ["reasons QUEUE_UNAVAILABLE: is gone"]
"""What was in the code and reached nobody: callers were told STORE_UNAVAILABLE, as they are now."""
LOOSENED = [
    f"commands {name} required: was True, is False" for name in ("explain <decision>", "route --reps", "route --rules")
]
"""What was demanded and need not be given any more: whoever gives it is answered as ever."""
OFFERED = ["messages", "enums", "methods", "reasons", "metrics", "settings", "commands"]


def test_all_that_is_offered_is_written_down() -> None:
    assert list(kept(FB041BA)) == OFFERED
    assert all(kept(FB041BA)[part] for part in OFFERED)


@pytest.fixture(scope="module")
def offered() -> dict[str, object]:
    """Return what this tree offers."""
    return contract()


@pytest.mark.parametrize("part", OFFERED)
def test_nothing_that_was_offered_is_gone_or_another(offered: dict[str, object], part: str) -> None:
    gone = missing(kept(FB041BA)[part], offered[part], part)

    assert [what for what in gone if what not in NEVER_SAID + LOOSENED] == []


def test_what_is_gone_or_another_is_found() -> None:
    before = {"messages": {"Rep": {"name": "1 TYPE_STRING", "etag": "2 TYPE_STRING"}}, "settings": ["A", "B"]}
    before |= {"commands": {"--server": {"envvar": ""}, "--token": {"envvar": "T"}}}
    now = {"messages": {"Rep": {"name": "3 TYPE_STRING"}}, "settings": ["B", "C"]}
    now |= {"commands": {"--server": {"envvar": "S"}, "--token": {"envvar": ""}}}

    assert list(missing(before, now)) == [
        " messages Rep name: was 1 TYPE_STRING, is 3 TYPE_STRING",
        " messages Rep etag: is gone",
        " settings A: is gone",
        " commands --token envvar: was T, is ",
    ]


def test_an_answer_may_have_new_fields_of_its_own_kind_and_no_other_values() -> None:
    said = {"name": "d", "actor": "mo", "candidates": [{"rep": "li", "reasons": [{"code": "SKILL"}]}]}
    made = {"method": "DecisionService/GetDecision", "request": {"name": "d"}, "response": said}
    more = {**made, "response": {**said, "explanation": "Rule east.", "next_wait_duration": "1s"}}
    other = {**made, "response": {**said, "actor": "ko", "candidates": [{"rep": "li", "reasons": []}]}}
    new, elsewhere = {("fairlead.v1.Decision", "explanation")}, {("fairlead.v1.Rep", "explanation")}

    assert list(other_answers(made, more, new)) == []
    told = ["DecisionService/GetDecision.response.explanation: None → 'Rule east.'"]
    assert list(other_answers(made, more, elsewhere)) == told
    assert [
        where.partition(": ")[0] for where in other_answers(made, other, new | {("fairlead.v1.Decision", "actor")})
    ] == [
        "DecisionService/GetDecision.response.actor",
        "DecisionService/GetDecision.response.candidates[0].reasons",
    ]
