from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.messages.texts import Digest, Text, fitting, one_line, utf8_size
from notifications.messages.vendors.markdown import markdown


def digest(*messages: Text, beyond: int = 0) -> Digest:
    return Digest("d-1", "{} messages".format, messages, "below", "and {} more".format, beyond)


def plainly(digest: Digest) -> str:
    return "\n".join([*(line for each in digest.messages for line in (each.title, *each.lines)), *digest.below])


def test_what_fits_is_written_whole() -> None:
    assert fitting(digest(Text("a", ("b",)), Text("c")), plainly, 100) == ("a\nb\nc\nbelow", 2)


def test_messages_without_room_are_counted() -> None:
    messages = [Text(f"message {number}") for number in range(10)]

    written = fitting(digest(*messages, beyond=3), plainly, 50)

    assert written == ("message 0\nmessage 1\nmessage 2\nand 10 more\nbelow", 3)


def test_of_a_message_that_is_too_long_alone_as_many_lines_as_fit_are_written() -> None:
    written = fitting(digest(Text("title", ("one", "two", "three" * 20)), Text("next")), plainly, 40)

    assert written == ("title\none\ntwo\n…\nand 1 more\nbelow", 1)


_texts = st.builds(Text, st.text(max_size=60), st.lists(st.text(max_size=80), max_size=4).map(tuple))


@given(st.lists(_texts, min_size=1, max_size=12), st.integers(200, 2000))
def test_what_is_written_fits_and_counts_every_message(messages: list[Text], limit: int) -> None:
    shown: list[Digest] = []

    def write(digest: Digest) -> str:
        shown.append(digest)
        return markdown(digest)

    written, count = fitting(digest(*messages), write, limit, utf8_size)

    assert utf8_size(written) <= limit
    assert count == len(shown[-1].messages)
    assert all(len(each.messages) + each.beyond == len(messages) for each in shown)


@pytest.mark.parametrize(("room", "counted"), [(200, "### 10 messages"), (80, "### 3 messages"), (45, "**message 0**")])
def test_the_title_counts_what_stands_there_and_one_message_stands_without_it(room: int, counted: str) -> None:
    messages = [Text(f"message {number}") for number in range(10)]

    written, shown = fitting(digest(*messages), markdown, room, utf8_size)

    assert written.startswith(counted)
    assert (f"and {10 - shown} more" in written) == (shown < 10)


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert re.sub("[\u200c\u200d\U00020000-\U0003fffd]", "", one_line(text)).isprintable()


@pytest.mark.parametrize("name", ["\U00031350王", "شرکت\u200cها", "👨\u200d👩\u200d👧"])
def test_a_name_keeps_its_letters_whatever_the_script(name: str) -> None:
    assert one_line(name) == name


@pytest.mark.parametrize("sign", ["\r", "\n", "\x85", "\u2028", "\u2029", "\u202e", "\x00", "\x1b", "\ufeff"])
def test_no_sign_that_breaks_or_turns_a_line_stays(sign: str) -> None:
    assert one_line(f"a{sign}b") == "a b"
