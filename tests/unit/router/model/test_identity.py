"""Which spellings of a source and an external id mean one work item, and which never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.identity import is_normal, normal_id, normal_name
from router.model.workitem import Kind, WorkItem, item_id


def normal(source: str, external_id: str, *, hidden: bool = False) -> str:
    return normal_id(WorkItem(Kind.LEAD, source, external_id), hides_external_id=hidden)


@pytest.mark.parametrize(
    ("source", "external_id"),
    [
        ("CRM", "L-1"),
        (" crm ", "l-1"),
        ("crm", "L-1\u3000"),
        ("crm", "\u00a0L-1"),
        ("crm", "L-1\u200b"),
        ("\ufeffcrm", "\u200eL-1"),
        ("ＣＲＭ", "Ｌ－１"),
        ("crm", "l-１"),
    ],
)
@pytest.mark.parametrize("hidden", [False, True])
def test_blanks_case_and_width_do_not_make_another_work_item(source: str, external_id: str, hidden: bool) -> None:
    assert normal(source, external_id, hidden=hidden) == normal("crm", "l-1", hidden=hidden)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("crm", "L-1"), ("crm", "L-2")),
        (("crm", "L-1"), ("web", "L-1")),
        (("crm", "L1"), ("crm", "L-1")),
        (("crm", "L 1"), ("crm", "L1")),
        (("crm", "01"), ("crm", "1")),
        (("crm", "①"), ("crm", "1")),
        (("crm", "Ä"), ("crm", "A")),
        (("crm", "0015000000Gv7qJ"), ("crm", "0015000000gv7qJ")),
    ],
)
def test_what_may_be_another_one_stays_another_one(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert normal(*one) != normal(*other)


def test_the_two_forms_of_a_record_id_are_one() -> None:
    assert normal("sf", "0015000000Gv7qJ") == normal("sf", "0015000000Gv7qJAAR") == "sf~0015000000gv7qjaar"
    assert normal("sf", "0015000000Gv7qJAAR") == normal("SF", "0015000000GV7QJAAR")


def test_blanks_inside_count_as_one() -> None:
    assert normal("官网 表单", "张\u3000三") == normal("官网  表单", "张 三 ")


def test_without_an_external_id_there_is_none() -> None:
    assert normal("crm", "") == ""


def test_a_name_is_looked_for_in_the_form_of_the_work_item_it_means() -> None:
    assert normal_name("CRM~L-1") == normal("crm", "l-1")
    assert normal_name("~a6116073f12ddf7a1cde159e83485c3d") == "~a6116073f12ddf7a1cde159e83485c3d"
    assert normal_name("no name of ours") == "no name of ours"


@given(st.text(max_size=20), st.text(min_size=1, max_size=20))
def test_a_normal_form_is_its_own_and_that_of_the_name(source: str, external_id: str) -> None:
    assert normal(source.upper(), f" {external_id}\u3000") == normal(source.upper(), external_id)
    name = item_id(WorkItem(Kind.LEAD, source, external_id), "")
    if not name.startswith("~"):
        assert normal_name(name) == normal(source, external_id)
        assert normal_name(normal_name(name)) == normal_name(name)


@given(st.sampled_from(["crm", "CRM", " crm", ""]), st.text("aA1-. \u3000Ａ", max_size=16))
def test_a_key_in_its_normal_form_needs_no_other_id_and_any_other_does(source: str, external_id: str) -> None:
    item = WorkItem(Kind.LEAD, source, external_id)

    assert is_normal(item) is (normal(source, external_id) in ("", item_id(item, ""))) or not external_id
