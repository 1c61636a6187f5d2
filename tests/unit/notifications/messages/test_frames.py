from __future__ import annotations

from dataclasses import asdict
from string import Template

import pytest

from notifications.messages.frames import check_templates, frame
from notifications.messages.texts import Text


def test_both_languages_have_every_template_with_the_same_names() -> None:
    en, zh = asdict(frame("en")), asdict(frame("zh"))

    assert {name: set(Template(text).get_identifiers()) for name, text in en.items()} == {
        name: set(Template(text).get_identifiers()) for name, text in zh.items()
    }


def test_chinese_templates_are_chinese_but_for_names_and_commands() -> None:
    for name, text in asdict(frame("zh")).items():
        words = text.replace("`fairlead deliveries list`", "").replace("Fairlead", "")
        left = Template(words).safe_substitute(dict.fromkeys(Template(words).get_identifiers(), ""))
        assert not any(each.isascii() and each.isalpha() for each in left), name


def test_a_tenants_own_template_stands_in_place_of_ours() -> None:
    own = frame("en").with_own({"to_rep": "Dear $rep, $title", "footer": ""})

    assert own.message(Text("call T-1"), "Li Na").title == "Dear Li Na, call T-1"
    assert own.below("east-bot") == ""
    assert own.left_out(3) == frame("en").left_out(3)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"greeting": "hi"}, "greeting: there is no such template; allowed are one, many"),
        ({"test-titel": "hi"}, "test-titel: there is no such template; did you mean test_title? allowed are one, many"),
        ({"footer": "$tenant"}, "footer: $tenant is not filled in there; allowed are $channel"),
        ({"test_title": "${count}"}, "test_title: $count is not filled in there; allowed are none"),
        ({"one": "100 $"}, "one: a $ stands before no name; write $$ for the sign itself"),
        ({"one": "${title.__class__}"}, "one: a $ stands before no name"),
        ({"one": "x" * 501}, "one: it is no text of up to 500 characters"),
        ({"one": 7}, "one: it is no text of up to 500 characters"),
        ({"one": "$title\nBcc: x"}, "one: it holds a line break or another control character"),
        ({"one": " "}, "one: it is empty: allowed is that of footer alone"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_naming_what_is_allowed(own: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=r"allowed|no text") as refused:
        check_templates(own)

    assert said in str(refused.value)


def test_own_titles_are_none_of_the_frames_affair() -> None:
    assert frame("zh").with_own({"given": "$item"}) == frame("zh")


def test_nothing_that_is_filled_in_is_read_as_a_template_or_begins_a_line() -> None:
    message = frame("en").message(Text("$count {0} %s\nBcc: x", ("a\r\nb",)), "$title")

    assert message == Text("$title: $count {0} %s Bcc: x", ("a b",))
