"""Filters are read as AIP-160 says, hold as they are written, and are refused by the character that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failures import InvalidInput
from gateway.filters.fields import Field, FilterFields, instant, one_of, reference, text, texts
from gateway.filters.syntax import MAX_DEPTH, MAX_LENGTH

SECOND = 1_000_000_000


@dataclass(frozen=True)
class Record:
    rep: str = ""
    rules: tuple[str, ...] = ()
    outcome: str = "ASSIGNED"
    source: str = ""
    at: int = 0


FIELDS = FilterFields[Record](
    {
        "at": Field(instant(), lambda record: record.at),
        "rep": Field(reference("reps"), lambda record: record.rep),
        "rules": Field(texts(), lambda record: record.rules),
        "outcome": Field(one_of(["ASSIGNED", "WAITING"], "OUTCOME_"), lambda record: record.outcome),
        "source": Field(text(str.casefold), lambda record: record.source.casefold()),
    }
)
LI_NA = Record("li-na", ("east", "vip"), "ASSIGNED", "CRM", 1_764_320_400 * SECOND)  # 2025-11-28T09:00:00Z


def holds(filter_text: str, record: Record = LI_NA) -> bool:
    return FIELDS.read(filter_text, "t").holds(record)


def fault(filter_text: str) -> str:
    """Return why a filter is refused."""
    with pytest.raises(InvalidInput) as refusal:
        FIELDS.read(filter_text, "t")
    (violation,) = refusal.value.violations
    assert violation.field == "filter"
    return violation.description


@pytest.mark.parametrize(
    "filter_text",
    [
        "", "   ",
        "rep = li-na", "rep=li-na", 'rep = "li-na"', "rep = 'li-na'", "rep = tenants/t/reps/li-na", "rep:*",
        "rep != bo", "NOT rep = bo", "-rep = bo", "-(rep = bo)", "NOT (rep = bo OR rep = chen)",
        "rules:east", "rules:vip", 'rules:"vip"', "rules:*",
        "outcome = ASSIGNED", "outcome = OUTCOME_ASSIGNED", "outcome != WAITING",
        "source = crm", 'source = "Crm"',
        "at = 2025-11-28T09:00:00Z", 'at >= "2025-11-28T17:00:00+08:00"', "at<=2025-11-28T09:00:00.000Z",
        "at > 2025-11-28T08:59:59.999999999Z AND at < 2025-11-28T09:00:00.000000001Z", "at != 2025-11-28T09:00:01Z",
        "rep = li-na AND outcome = ASSIGNED", "rep = li-na outcome = ASSIGNED", "rep = bo OR rep = li-na",
        "\n rep\t=\nli-na\n",
    ],
)  # fmt: skip
def test_a_filter_holds_where_all_that_it_says_is_so(filter_text: str) -> None:
    assert holds(filter_text)
    assert not filter_text.strip() or not holds(f"NOT ({filter_text})")


@pytest.mark.parametrize(
    "filter_text",
    [
        "rep = bo", "rep != li-na", "NOT rep:*", "rules:west", "outcome = WAITING", "source != CRM", 'rep = ""',
        "at < 2025-11-28T09:00:00Z", "at > 2025-11-28T09:00:00Z", "rep = li-na AND rep = bo", "rep = li-na rep = bo",
    ],
)  # fmt: skip
def test_a_filter_does_not_hold_where_anything_that_it_says_is_not_so(filter_text: str) -> None:
    assert not holds(filter_text)


def test_or_binds_closer_than_and_as_in_aip_160() -> None:
    assert not holds("rep = bo AND rules:west OR outcome = ASSIGNED")
    assert holds("(rep = bo AND rules:west) OR outcome = ASSIGNED")
    assert not holds("outcome = ASSIGNED OR rules:west AND rep = bo")


def test_an_empty_list_and_an_empty_text_are_not_set() -> None:
    assert holds("NOT rep:* AND NOT rules:*", Record())
    assert holds('rep = "" AND source = ""', Record())


def test_quotes_hold_blanks_brackets_words_of_the_language_and_quotes_themselves() -> None:
    assert holds(r'source = "a \"b\" (AND) \\ c"', Record(source='a "b" (AND) \\ c'))
    assert holds("source = '张 三'", Record(source="张 三"))


@pytest.mark.parametrize(
    ("filter_text", "description"),
    [
        ("repp = li-na",
         "character 1: no field 'repp'; allowed: at, rep, rules, outcome, source; the nearest is rep"),
        ("rep = a AND zzzz = b", "character 13: no field 'zzzz'; allowed: at, rep, rules, outcome, source"),
        ("rep", "character 4: found the end behind rep; allowed: one of = != < <= > >= : and a value"),
        ("rep = bo and rep = li", "character 14: found 'rep' behind and; allowed: AND, in capitals"),
        ("rep =", "character 6: found the end behind =; allowed: a value"),
        ("rep = AND", "character 7: found 'AND' behind =; allowed: a value"),
        ("rep > bo", "character 1: rep is compared by >; allowed: =, !=, :*"),
        ("rep:bo", "character 1: rep is compared by :; allowed: =, !=, :*"),
        ("rules = east", "character 1: rules is compared by =; allowed: :"),
        ("outcome:*", "character 1: outcome is compared by :*; allowed: =, !="),
        ("outcome = assigned",
         "character 11: outcome is compared with 'assigned'; "
         "allowed: one of ASSIGNED, WAITING; the nearest is ASSIGNED"),
        ("rep = tenants/u/reps/bo",
         "character 7: rep is compared with 'tenants/u/reps/bo'; allowed: an id, or tenants/t/reps/{id}"),
        ("at > 2025-11-28", "character 6: at is compared with '2025-11-28'; "
         "allowed: an instant with its zone, as RFC 3339 writes it: 2026-11-28T09:00:00Z"),
        ("(rep = bo", "character 10: the bracket of character 1 is not closed"),
        ("rep = bo)", "character 9: found ')'; allowed: AND, OR, another comparison"),
        ("rep = 'bo", "character 7: a quote that is not closed; allowed: a value"),
        ("rep = bo OR", "character 12: found the end; allowed: a comparison, such as rep = li-na, or a bracket"),
        ("AND rep = bo", "character 1: found 'AND'; allowed: a comparison, such as rep = li-na, or a bracket"),
        ("! rep = bo", "character 1: found '!'; allowed: a field, a bracket or NOT"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_the_character_with_what_is_allowed(
    filter_text: str, description: str
) -> None:
    assert fault(filter_text) == description


def test_a_filter_has_a_longest_length_and_a_deepest_bracket() -> None:
    deepest = "(" * MAX_DEPTH + "rep:*" + ")" * MAX_DEPTH

    assert holds(deepest)
    assert fault(f"({deepest})") == f"character {MAX_DEPTH + 1}: brackets within more than {MAX_DEPTH} others"
    assert holds("rep:*".ljust(MAX_LENGTH))
    assert fault("rep:* " * MAX_LENGTH) == f"{6 * MAX_LENGTH - 1} characters: at most {MAX_LENGTH}"


@pytest.mark.parametrize(
    ("filter_text", "start", "end"),
    [
        ("at >= 1970-01-01T00:00:05Z AND at < 1970-01-01T00:00:07Z", 5 * SECOND, 7 * SECOND),
        ("at > 1970-01-01T00:00:05Z rep = bo at <= 1970-01-01T00:00:07Z", 5 * SECOND + 1, 7 * SECOND + 1),
        ("at = 1970-01-01T00:00:05Z", 5 * SECOND, 5 * SECOND + 1),
        ("at = 1970-01-01T00:00:05Z OR at = 1970-01-01T00:00:07Z", 5 * SECOND, 7 * SECOND + 1),
        ("at < 1970-01-01T00:00:05Z OR rep = bo", float("-inf"), float("inf")),
        ("NOT at < 1970-01-01T00:00:05Z", float("-inf"), float("inf")),
        ("at != 1970-01-01T00:00:05Z", float("-inf"), float("inf")),
        ("rep = bo", float("-inf"), float("inf")),
        ("", float("-inf"), float("inf")),
    ],
)
def test_a_filter_tells_where_an_instant_must_lie(filter_text: str, start: float, end: float) -> None:
    assert FIELDS.read(filter_text, "t").span("at") == (start, end)


def test_a_filter_tells_the_one_value_that_a_field_must_have() -> None:
    def only(filter_text: str) -> str:
        return FIELDS.read(filter_text, "t").only("rep")

    assert only("outcome = WAITING AND rep = tenants/t/reps/bo") == only("rep = bo") == "bo"
    assert only("rep = bo OR rep = li") == only("NOT rep = bo") == only("rep != bo") == only("rep:*") == only("") == ""


def test_a_filter_tells_the_fields_that_it_compares() -> None:
    assert FIELDS.read("(rep = bo OR NOT rules:east) AND -at > 1970-01-01T00:00:05Z", "t").fields == {
        "rep",
        "rules",
        "at",
    }
    assert FIELDS.read("", "t").fields == set()


# ---- any filter

RECORDS = [Record(rep, rules, outcome) for rep in ("", "a", "b") for rules in ((), ("x", "y")) for outcome in
           ("ASSIGNED", "WAITING")]  # fmt: skip
Meaning = tuple[str, Callable[[Record], bool]]
SINGLE: list[Meaning] = [
    ("rep = a", lambda record: record.rep == "a"),
    ('rep != "b"', lambda record: record.rep != "b"),
    ("rep:*", lambda record: bool(record.rep)),
    ("rules:x", lambda record: "x" in record.rules),
    ("outcome = WAITING", lambda record: record.outcome == "WAITING"),
]


def joined(parts: list[Meaning], word: str) -> Meaning:
    every = any if word == " OR " else all
    return f"({word.join(part for part, _ in parts)})", lambda record: every(holds(record) for _, holds in parts)


def opposite(part: Meaning, sign: str) -> Meaning:
    return f"{sign}({part[0]})", lambda record: not part[1](record)


MEANINGS = st.recursive(
    st.sampled_from(SINGLE),
    lambda inner: st.one_of(
        st.builds(joined, st.lists(inner, min_size=1, max_size=3), st.sampled_from([" AND ", " OR ", " "])),
        st.builds(opposite, inner, st.sampled_from(["NOT ", "-"])),
    ),
    max_leaves=8,
).filter(lambda meaning: len(meaning[0]) < MAX_LENGTH and meaning[0].count("(") <= MAX_DEPTH)


@given(MEANINGS)
def test_a_filter_means_what_its_parts_mean(meaning: Meaning) -> None:
    read = FIELDS.read(meaning[0], "t")

    assert [read.holds(record) for record in RECORDS] == [meaning[1](record) for record in RECORDS]


PIECES = ["rep", "at", "rules", "=", "!=", "<", ">=", ":", "*", "(", ")", "-", "AND", "OR", "NOT", '"', "'", "\\", " ",
          "2025-11-28T09:00:00Z", "9999-99-99T", "li", "，", "＝", "\0", "\ud800", "%"]  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=20).map("".join)))
def test_any_text_is_a_filter_or_refused_in_the_field_filter(filter_text: str) -> None:
    refused_fields = set[str]()
    try:
        read = FIELDS.read(filter_text, "t")
        start, end = read.span("at")
        is_outside = not start <= LI_NA.at < end
        assert not (is_outside and read.holds(LI_NA))
    except InvalidInput as refusal:
        refused_fields = {violation.field for violation in refusal.violations}

    assert refused_fields <= {"filter"}
