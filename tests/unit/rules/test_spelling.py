"""What was probably meant: told for what nobody sees in an editor, and for nothing that is right."""

from __future__ import annotations

import pytest

from rules.document import read
from rules.spelling import doubt, hint, meant


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("“上海”", "上海"),
        ("「上海」", "上海"),
        ("‘SE’", "SE"),
        ("«SE»", "SE"),
        ("上海\u3000", "上海"),
        ("\u00a0SE\t", "SE"),
        ("S\u200bE", "SE"),
        ("\ufeffSE", "SE"),
        ("ＳＨ－１", "SH－1"),
        (" “ＳＨ” ", "SH"),
    ],
)
def test_what_looks_alike_and_is_another_text_is_doubted(written: str, clean: str) -> None:
    assert meant(written) == clean
    assert f"'{clean}' was probably meant" in doubt(written)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("50％", "; '50%' was probably meant"),
        ("５０％", "; '50%' was probably meant"),
        ("LEAD，TICKET", "; LEAD, TICKET was probably meant: a full-width comma separates nothing"),
        ("【LEAD】", "; [LEAD] was probably meant: full-width brackets are part of a text"),
        ("［LEAD，TICKET］", "; [LEAD, TICKET] was probably meant: full-width brackets are part of a text"),
        ("（上海）", ""),
    ],
)
def test_a_refusal_says_which_signs_of_a_chinese_keyboard_are_none(text: str, told: str) -> None:
    assert hint(text) == told


@pytest.mark.parametrize("text", ["制造业，汽车", "制造业、汽车", "制造业； 汽车", "制造业,汽车", "制造业, 汽车"])
def test_a_separator_in_a_text_is_doubted(text: str) -> None:
    assert doubt(text).endswith("which is one text; [制造业, 汽车] would be 2")


@pytest.mark.parametrize("text", ["上海", "（上海）有限公司", "O'Neill", "1,000", "A/B", "a b", '5"', "R&D", "", "”"])
def test_what_people_write_is_not_doubted(text: str) -> None:
    assert doubt(text) == ""


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("fields:\n\tc: {type: string}", "a tab indents this line"),
        ("fields：\n  c: {type: string}", "'：' stands where YAML has ':'"),
        ("fields: {c： {type: string}}}", "'：' stands where YAML has ':'"),
        ("rules: ［a, b]\nx: ]", "'［' stands where YAML has '['"),
    ],
)
def test_a_document_that_cannot_be_read_says_which_sign_is_none(source: str, hint: str) -> None:
    problem = read(source).problem

    assert problem is not None
    assert hint in problem.message
