"""What a script uses of its libraries, and what of it is made only where it is wanted."""

from __future__ import annotations

import pytest

from store.linking import linked

OPEN = "local function open_log()\n  return 1\nend\n"
APPEND = "local function append_event()\n  return open_log()\nend\n"
READ = "local function read() return 2 end\n"
USE_ANSWERS = "local function use_answers() end\nlocal function answer() return read() end\n"


def test_what_nothing_uses_of_a_library_is_left_out() -> None:
    unused = "local function read_event()\n  return 3\nend\n"
    library = f"local log = {{}}\n{OPEN}{APPEND}{unused}local a, b = {{}}, {{}}\n"

    source = linked([library], "return append_event() + b")

    assert source == f"{OPEN}{APPEND}local a, b = {{}}, {{}}\nreturn append_event() + b"


def test_named_numbers_are_written_in_but_for_texts_of_the_same_name() -> None:
    library = "local FORMAT = 2\nlocal STATE, KIND = 1, 2 -- places\nlocal LATER = FORMAT + 1\n"

    source = linked([library], "return {'FORMAT', FORMAT, record[KIND], LATER, KINDS}")

    assert source == "local LATER = 2 + 1\nreturn {'FORMAT', 2, record[2], LATER, KINDS}"


def test_what_only_a_group_uses_is_made_with_it_and_only_what_is_called_from_outside_is_named_there() -> None:
    group = f"{USE_ANSWERS}local function again() return answer() end\n"

    source = linked([READ + group], "if ARGV[1] then use_answers() return again() end")

    assert source == (
        "local again\nlocal function use_answers()\nif again then return end\n"
        f"{READ}local function answer() return read() end\nfunction again() return answer() end\nend\n"
        "if ARGV[1] then use_answers() return again() end"
    )


def test_what_two_groups_use_is_made_in_every_call() -> None:
    other = "local function use_others() end\nlocal function other() return read() end\n"

    source = linked([READ, USE_ANSWERS, other], "use_answers() use_others() return answer() + other()")

    assert source.startswith(f"{READ}local answer\nlocal function use_answers()\n")


def test_a_group_that_only_another_uses_is_made_in_that() -> None:
    changes = "local function use_changes() end\nlocal function change() use_answers() return answer() end\n"

    source = linked([READ, USE_ANSWERS, changes], "use_changes() return change()")

    assert source == (
        "local change\nlocal function use_changes()\nif change then return end\n"
        "local answer\nlocal function use_answers()\nif answer then return end\n"
        f"{READ}function answer() return read() end\nend\n"
        "function change() use_answers() return answer() end\nend\n"
        "use_changes() return change()"
    )


def test_what_no_part_makes_later_is_made_at_once() -> None:
    source = linked([READ, USE_ANSWERS], "return answer()")

    assert source == f"{READ}local function answer() return read() end\nreturn answer()"


def test_a_group_holds_functions_alone() -> None:
    with pytest.raises(ValueError, match="use_answers makes functions, and nothing else: 'local asked"):
        linked([f"{USE_ANSWERS}local asked = {{}}\n"], "use_answers() return answer()")
