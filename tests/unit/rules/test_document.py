"""Reading documents: the values they hold, their places, and everything that is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import limits
from rules.document import read


def test_plain_scalars_mean_what_yaml_1_2_says() -> None:
    source = (
        "[1, -1, 007, 0x1F, 0o17, 1.5, .5, 1e3, true, False, null, ~, yes, no, on, 2024-05-01, 1_000, '1', \"true\"]"
    )

    tree = read(source).tree

    expected = [1, -1, 7, 31, 15, 1.5, 0.5, 1000.0, True, False, None, None]
    assert tree == [*expected, "yes", "no", "on", "2024-05-01", "1_000", "1", "true"]


def test_every_value_has_its_line_and_column() -> None:
    document = read("规则:\n  - id: a\n    when: {field: x}\n  - id: b\n")

    assert document.place(["规则", 0, "when", "field"]) == (3, 19)
    assert document.place(["规则", 0, "when", "field"], of_key=True) == (3, 12)
    assert document.place(["规则", 1, "id"]) == (4, 9)


def test_what_is_missing_has_the_place_of_what_it_is_missing_from() -> None:
    document = read("a:\n  b: {c: 1}\n")

    assert document.place(["a", "b", "nothing", "below"]) == document.place(["a", "b"]) == (2, 6)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**14), 10**14)
    | st.floats(-1e14, 1e14).filter(lambda x: "e" not in repr(x))
    | st.text(st.characters(exclude_categories=["C"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(tree=JSON, ascii_only=st.booleans(), indent=st.sampled_from([None, 2]))
def test_json_is_read_as_json(tree: object, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps({"tree": tree}, ensure_ascii=ascii_only, indent=indent)

    document = read(text)

    assert document.problem is None
    assert document.tree == {"tree": tree}


REFUSED = {
    "anchor": ("a: &x 1", 1, 4, "anchor"),
    "alias": ("b: *x", 1, 4, "alias"),
    "tag": ("a: !!python/object/apply:os.system [ls]", 1, 4, "tag"),
    "short tag": ("a: !x 1", 1, 4, "tag"),
    "second document": ("a: 1\n---\nb: 1", 2, 1, "second document"),
    "merge key": ("a:\n  <<: {b: 1}", 2, 3, "merge key"),
    "duplicate key": ("a: 1\nb: 2\na: 3", 3, 1, "twice, first in line 1"),
    "list as key": ("? [a]\n: b", 1, 3, "keys are text"),
    "nan": ("a: .nan", 1, 4, "finite"),
    "inf": ("a: -.inf", 1, 4, "finite"),
    "10^400": ("a: 1e400", 1, 4, "10^15"),
    "10^400 in digits": ("a: 1" + "0" * 400, 1, 4, "10^15"),
    "a million digits": ("a: " + "9" * 1_000_000, 1, 4, "10^15"),
    "a million hex digits": ("a: 0x" + "f" * 1_000_000, 1, 4, "10^15"),
    "10^15": ("a: 1000000000000000", 1, 4, "10^15"),
    "lone surrogate": ("a: \ud800", 1, 4, "U+D800"),
    "escaped lone surrogate": ('{"a": "\\ud800"}', 1, 10, "invalid Unicode"),
    "NUL": ("a: \x00", 1, 4, "U+0000"),
    "escaped NUL": ('a: "\\0"', 1, 4, "U+0000"),
    "escape character": ("a: 1\nb: \x1b[31m", 2, 4, "U+001B"),
    "not closed": ("a: [1,", 2, 1, "neither YAML nor JSON"),
    "nested 33 deep": ("[" * 33, 1, 33, "32 levels"),
    "nested 1,000 deep": ("[" * 1_000, 1, 33, "32 levels"),
    "nested 100,000 deep": ("[" * 100_000, 1, 33, "32 levels"),
    "mappings nested 100,000 deep": ('{"a":' * 100_000, 1, 161, "32 levels"),
    "blocks nested 1,000 deep": ("- " * 1_000, 1, 65, "32 levels"),
}


@pytest.mark.timeout(30)  # a parser that goes on reading takes longer
@pytest.mark.parametrize(("source", "line", "column", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_dangerous_or_wrong_is_refused_with_its_place(
    source: str, line: int, column: int, message: str
) -> None:
    document = read(source)

    assert document.problem is not None
    assert (document.problem.line, document.problem.column) == (line, column)
    assert message in document.problem.message
    assert document.tree is None


def test_bytes_that_are_not_utf_8_are_refused_with_their_place() -> None:
    problem = read("名: 值\nb: ".encode() + b"\xff").problem

    assert problem is not None
    assert (problem.line, problem.column, problem.message) == (2, 4, "byte 0xff is not UTF-8: save it as UTF-8")


def test_a_billion_laughs_are_refused_at_the_first_anchor() -> None:
    levels = "\n".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 10))

    problem = read(f"l0: &l0 [ha]\n{levels}").problem

    assert problem is not None
    assert (problem.line, problem.path) == (1, "l0")


def test_a_source_above_8_mib_is_refused_unread() -> None:
    problem = read("#" * (limits.MAX_SOURCE_BYTES + 1)).problem

    assert problem is not None
    assert "8,388,608" in problem.message


def test_more_values_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_NODES", 100)

    problem = read("[" + "1," * 200 + "]").problem

    assert problem is not None
    assert "100 values" in problem.message


def test_the_path_of_a_problem_leads_to_it() -> None:
    problem = read("rules:\n  - {id: a}\n  - {id: b, when: {all: [{x: 1}, {y: *z}]}}").problem

    assert problem is not None
    assert problem.path == "rules[1].when.all[1].y"
