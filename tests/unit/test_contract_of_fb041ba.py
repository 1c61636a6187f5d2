"""What clients and operators of commit fb041ba hold on to is still there: they need change nothing."""

from __future__ import annotations

import pytest

from tests.golden import FB041BA
from tests.golden.calls import differences
from tests.golden.contract import contract, kept, missing

NEVER_SAID = ["reasons QUEUE_UNAVAILABLE: is gone"]
"""What was in the code and reached nobody: callers were told STORE_UNAVAILABLE, as they are now."""
LOOSENED = ["commands explain <decision> required: was True, is False"]
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


def test_an_answer_may_have_new_fields_and_no_other_values() -> None:
    before = {"response": {"score": 0.25, "reasons": [{"code": "SKILL"}]}}
    same = {"response": {"score": 0.25, "reasons": [{"code": "SKILL"}], "shade": "green", "next_wait_duration": "1s"}}
    other = {"response": {"score": 0.25000000000000006, "reasons": [{"code": "SKILL", "field": "skills"}]}}

    assert list(differences(before, same, {"shade"})) == []
    assert list(differences(before, same, set())) == [".response.shade: None → 'green'"]
    assert list(differences(before, other, {"shade"})) == [
        ".response.reasons[0].field: None → 'skills'",
        ".response.score: 0.25 → 0.25000000000000006",
    ]
