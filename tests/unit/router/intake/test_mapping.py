"""What a lead becomes, and why it does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.intake.mapping import Junk, Unmapped, mapped
from router.intake.source import JunkRule, LeadSource, MappedAttribute, ValueType
from router.model.workitem import Kind, WorkItem

SCALARS = st.one_of(st.text(max_size=12), st.floats(), st.booleans(), st.integers())
FIELDS = st.dictionaries(st.sampled_from("abcde"), SCALARS | st.lists(SCALARS, max_size=3), max_size=5)


def of(attribute: MappedAttribute, value: Any) -> Any:
    made = mapped(LeadSource("s", attributes=(attribute,)), {} if value is None else {"f": value})
    return made.attributes.get("x") if isinstance(made, WorkItem) else made


@pytest.mark.parametrize(
    ("kind", "sent", "made"),
    [
        (ValueType.TEXT, "  上海\u3000", "上海"),
        (ValueType.TEXT, 13800138000, "13800138000"),
        (ValueType.TEXT, 12.0, "12"),
        (ValueType.TEXT, True, "true"),
        (ValueType.TEXT, ["a", "", " b "], "a, b"),
        (ValueType.NUMBER, "1,234,567.5", 1234567.5),
        (ValueType.NUMBER, "１２", 12.0),
        (ValueType.NUMBER, " -8.5e3 ", -8500.0),
        (ValueType.NUMBER, 7, 7.0),
        (ValueType.NUMBER, "1，200", 1200.0),
        (ValueType.BOOL, "是", True),
        (ValueType.BOOL, "OFF", False),
        (ValueType.BOOL, 1, True),
        (ValueType.BOOL, False, False),
        (ValueType.TEXTS, "ERP、MES; CRM", ["ERP", "MES", "CRM"]),
        (ValueType.TEXTS, ["ERP", "a,b"], ["ERP", "a,b"]),
        *((kind, empty, None) for kind in ValueType for empty in (None, "", "  ", [], [""])),
    ],
)
def test_a_value_becomes_what_is_declared(kind: ValueType, sent: Any, made: Any) -> None:
    assert of(MappedAttribute("x", "f", kind), sent) == made


@pytest.mark.parametrize(
    ("kind", "sent", "fault"),
    [
        (ValueType.NUMBER, "plenty", "'f' is 'plenty': must be a number"),
        (ValueType.NUMBER, "1,2", "must be a number"),
        (ValueType.NUMBER, "1e999", "must be a number"),
        (ValueType.NUMBER, float("inf"), "must be a number"),
        (ValueType.NUMBER, True, "must be a number"),
        (ValueType.NUMBER, [1, 2], "must be a number"),
        (ValueType.BOOL, "maybe", "must be one of true, yes, on, 1, 是, false"),
    ],
)
def test_what_is_not_of_its_type_is_named(kind: ValueType, sent: Any, fault: str) -> None:
    made = of(MappedAttribute("x", "f", kind), sent)

    assert isinstance(made, Unmapped)
    assert made.faults[0].startswith("x: ")
    assert fault in made.faults[0]


def test_a_default_stands_for_what_is_empty_and_what_is_required_must_be_there() -> None:
    assert of(MappedAttribute("x", "f", ValueType.NUMBER, default="50"), " ") == 50.0
    assert of(MappedAttribute("x", "f", required=True, default="a"), None) == "a"
    assert of(MappedAttribute("x", "f", required=True), "") == Unmapped(
        ("x: what was sent has no 'f', and it is required",)
    )


@pytest.mark.parametrize(
    ("rule", "fields", "is_junk"),
    [
        (JunkRule("trap"), {"trap": "http://x"}, True),
        (JunkRule("trap"), {"trap": " "}, False),
        (JunkRule("trap"), {}, False),
        (JunkRule("name", ("TEST", "测试")), {"name": "a Test"}, True),
        (JunkRule("name", ("TEST", "测试")), {"name": ["x", "系统测试"]}, True),
        (JunkRule("name", ("TEST",)), {"name": "tess"}, False),
        (JunkRule("name", ("TEST",)), {}, False),
    ],
)
def test_junk_is_told_by_what_a_field_has(rule: JunkRule, fields: dict[str, Any], is_junk: bool) -> None:
    source = LeadSource("s", attributes=(MappedAttribute("x", "f", required=True),), junk=(rule,))

    assert (mapped(source, fields) == Junk(rule.field)) is is_junk


@pytest.mark.parametrize(
    ("sent", "external_id", "fault"),
    [
        (" L-1 ", "L-1", ""),
        (17, "17", ""),
        ("", "", ""),
        ("x" * 257, "", "external_id: 257 characters: at most 256"),
        ("a\nb", "", "external_id: 'a\\nb': must not hold control characters"),
    ],
)
def test_a_lead_is_known_by_its_field(sent: Any, external_id: str, fault: str) -> None:
    made = mapped(LeadSource("s", kind=Kind.TICKET, external_id_field="id"), {"id": sent})

    assert made == (Unmapped((fault,)) if fault else WorkItem(Kind.TICKET, "s", external_id, {}))


@given(FIELDS, st.sampled_from(list(ValueType)), st.booleans())
def test_every_lead_is_a_work_item_or_junk_or_unmapped_with_reasons(
    fields: dict[str, Any], kind: ValueType, required: bool
) -> None:
    attributes = tuple(MappedAttribute(name, name, kind, required) for name in "abc")
    made = mapped(LeadSource("s", attributes=attributes, external_id_field="d", junk=(JunkRule("e", ("t",)),)), fields)

    if isinstance(made, Unmapped):
        assert made.faults
    elif isinstance(made, WorkItem):
        assert all(value not in ("", []) for value in made.attributes.values())
    else:
        assert made == Junk("e")
