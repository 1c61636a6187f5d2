"""Requirements: who meets them, attribute by attribute."""

from __future__ import annotations

from typing import Any

import pytest

from resource_names import check_id
from router.model.workforce import Rep, Territories, Territory
from router.rules.requirements import meets
from router.rules.route import Requirement
from rules.normal_form import Ignorable
from tests.rule_sets import TERRITORIES


def met(op: str, attribute: Any, wanted: Any, *, widened: int = 0) -> bool:
    rep = Rep("r", attributes={} if attribute is None else {"a": attribute})
    fact = {} if wanted is None else {"f": wanted}
    return meets(Requirement("a", op, item="f"), rep, fact, TERRITORIES, widened)  # type: ignore[arg-type]


CASES = [
    ("covers", ("华东",), "浦东", True),
    ("covers", ("浦东",), "华东", False),
    ("covers", "中国", "浦东", True),
    ("covers", ("华南",), "浦东", False),
    ("covers", ("火星",), "火星", True),
    ("has", ("a", "b"), "b", True),
    ("has", "b", "b", True),
    ("has", ("a",), "b", False),
    ("has_all", ("a", "b", "c"), ("a", "c"), True),
    ("has_all", ("a",), ("a", "c"), False),
    ("has_all", "a", ("a",), True),
    ("has_any", ("a",), ("a", "c"), True),
    ("has_any", ("x",), ("a", "c"), False),
    ("eq", "x", "x", True),
    ("eq", 1, 1.0, True),
    ("eq", True, 1, False),
    ("eq", "1", 1, False),
    ("ne", "x", "y", True),
    ("ne", "x", 1, False),
    ("gt", 2, 1, True),
    ("gt", 1, 1, False),
    ("gte", 1, 1.0, True),
    ("lt", 0.5, 1, True),
    ("lte", 2, 1, False),
    ("gt", "b", "a", False),
    ("gt", True, 0, False),
]


@pytest.mark.parametrize(("op", "attribute", "wanted", "expected"), CASES)
def test_a_requirement_is_met_exactly_where_it_should_be(op: str, attribute: Any, wanted: Any, expected: bool) -> None:
    assert met(op, attribute, wanted) is expected


@pytest.mark.parametrize("op", ["covers", "has", "has_all", "has_any", "eq", "ne", "gt", "gte", "lt", "lte"])
def test_nothing_is_asked_where_the_item_lacks_the_field_and_nothing_met_where_the_rep_lacks_it(op: str) -> None:
    assert met(op, None, None)
    assert met(op, "x", None)
    assert not met(op, None, ("x",) if op.startswith("has_") else "x")


def test_widening_admits_whoever_serves_a_part_of_the_territory_around() -> None:
    assert [met("covers", ("上海",), "华东", widened=k) for k in range(3)] == [False, True, True]
    assert [met("covers", ("上海",), "浦东", widened=k) for k in range(2)] == [True, True]
    assert not met("covers", ("浙江",), "浦东", widened=1)
    assert not met("covers", ("华南",), "上海", widened=9)


def test_a_fixed_value_is_asked_whatever_the_item_has() -> None:
    requirement = Requirement("a", "has", value="日语")

    assert meets(requirement, Rep("r", attributes={"a": ("日语",)}), {}, TERRITORIES)
    assert not meets(requirement, Rep("r", attributes={"a": ("英语",)}), {}, TERRITORIES)


EAST = Territories({"East": Territory("East", "China"), "Shanghai": Territory("Shanghai", "EAST")})
ALL_ALIKE = frozenset(Ignorable)


@pytest.mark.parametrize(
    ("op", "attribute", "wanted"),
    [
        ("covers", ("Ｅａｓｔ",), "east"),
        ("covers", ("CHINA ",), "east"),
        ("covers", ("east\u200b",), "shanghai"),
        ("has", ("ＥＲＰ", "crm"), "erp"),
        ("has_all", ("ERP", " Crm"), ("crm", "erp")),
        ("eq", "Ｓｅｎｉｏｒ ", "senior"),
    ],
)
def test_what_a_field_ignores_counts_neither_in_reps_nor_in_territories(op: Any, attribute: Any, wanted: Any) -> None:
    rep, asked = Rep("r", attributes={"a": attribute}), Requirement("a", op, item="f")

    assert meets(asked, rep, {"f": wanted}, EAST, ignored=ALL_ALIKE)
    assert not meets(asked, rep, {"f": wanted}, EAST)


def test_territories_that_are_one_but_for_what_is_ignored_make_no_circle() -> None:
    tree = Territories(
        {name: Territory(name, parent) for name, parent in [("a", "B"), ("b", "A"), ("A", ""), ("B", "")]}
    )

    assert tree.around("b") == ("b", "A")
    assert tree.ignoring(frozenset({Ignorable.CASE})).around("b") == ("b",)
    assert tree.ignoring(frozenset({Ignorable.CASE})).around("a") == ("a",)


@pytest.mark.parametrize("good", ["a", "华东-1", "x" * 64, "a.b_c", "हिन्दी", "é", "e\u0301"])
def test_ids_of_any_script_are_good(good: str) -> None:
    assert check_id(good) is None


@pytest.mark.parametrize(
    "bad", ["", "a b", "a/b", "x" * 65, "\u0301a", "a\n", "a\u200b", "😀", "a^", "\ud800", "²", "٪"]
)
def test_ids_with_anything_else_are_bad(bad: str) -> None:
    assert check_id(bad) is not None
