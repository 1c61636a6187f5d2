"""Titles in a tenant's own words: filled in as ours are, and nothing in them is looked up or run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.templates import template_fault
from router.wording.languages import Language
from router.wording.message_phrases import MESSAGE_LINES, MESSAGE_TITLES
from router.wording.own_titles import LINE_NAMES, TITLE_NAMES, line_templates, own_title, title_templates
from serving.templates import TEMPLATE_NAMES, shipped_templates

FACTS = ("李娜", "li-na", "$item", "{item}", "${item}", "3", "(x)", "")


@given(data=st.data())
@pytest.mark.parametrize("language", Language)
def test_ours_as_a_template_says_what_ours_says(language: Language, data: st.DataObject) -> None:
    phrases = {**MESSAGE_TITLES, **{f"line {key}": phrase for key, phrase in MESSAGE_LINES.items()}}
    key = data.draw(st.sampled_from(sorted(phrases)))
    facts = {name: data.draw(st.sampled_from(FACTS)) for name in sorted({**TITLE_NAMES, **LINE_NAMES}[key])}

    said = own_title({**title_templates(language), **line_templates(language)}[key], language, facts)

    assert said == phrases[key].say(language, **facts)


@pytest.mark.parametrize("language", Language)
def test_all_of_ours_could_be_a_tenants_own(language: Language) -> None:
    shipped = shipped_templates(language)

    assert shipped.keys() == TEMPLATE_NAMES.keys()
    assert [name for name, text in shipped.items() if template_fault(name, text, TEMPLATE_NAMES)] == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("given", "${a.__class__}", "a $ stands before no name; write $$ for the sign itself; names allowed are $item"),
        ("given", "${item.__class__}", "a $ stands before no name"),
        ("given", "$owner", "$owner is not filled in there; allowed are $item"),
        ("set_away", "$item", "$item is not filled in there; allowed are none"),
        ("given", "x" * 501, "it is no text of up to 500 characters"),
        ("given", "a\tb", "another control character"),
        ("given", "", "it is empty"),
        ("remind", "$item", "there is no such template; did you mean reminder? allowed are one, many"),
    ],
)
def test_what_cannot_be_filled_in_is_refused(name: str, text: str, said: str) -> None:
    fault = template_fault(name, text, TEMPLATE_NAMES)

    assert fault
    assert said in fault


@pytest.mark.parametrize("text", ["x" * 500, "$$", "{0.__class__} {item!r} %s", "{{ 7 * 7 }} <%= 1 %>", "${item}s"])
def test_what_is_no_name_is_said_as_it_stands(text: str) -> None:
    assert template_fault("given", text, TEMPLATE_NAMES) is None
    assert own_title(text, Language.EN, {"item": "crm~L-1"}) == text.replace("$$", "$").replace("${item}", "crm~L-1")
