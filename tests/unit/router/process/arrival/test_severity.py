"""From which fields severity follows, as processes write it; and the laws of what follows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.assignment.enrichment import with_severity, with_severity_again
from router.assignment.planner import Planner
from router.assignment.process_tests import run_tests
from router.assignment.roster import Roster
from router.model.workforce import WorkforceRecords
from router.model.workitem import Kind, OpenedBy, WorkItem
from router.process.arrival.severity import SeverityTable
from router.process.definition.processes import Process
from router.process.language.check import check_process
from router.process.revisions.cache import PublishedProcesses
from router.process.revisions.codec import dumps, loads
from router.rules.check import check
from router.rules.route import RoutingRules
from rules.index import IndexEngine

FIELDS = {
    "severity": {"type": "string"},
    "impact": {"type": "string", "ignore": ["case"]},
    "urgency": {"type": "string"},
    "seats": {"type": "number"},
    "phone": {"type": "string", "personal": True},
    "since": {"type": "date"},
}
SEVERITY = {
    "field": "severity",
    "by": ["impact", "urgency"],
    "table": {"high": {"high": "P1", "low": "P2"}, "low": {"high": "P2"}},
    "else": "P3",
}
LEVELS = ("high", "low", "odd", "", "-", None)


def rules_of(fields: Mapping[str, object] = FIELDS) -> RoutingRules:
    """Return rules that declare fields."""
    checked = check(json.dumps({"fields": fields, "rules": [], "default": {"route": {"pool": "p"}}}))
    assert checked.rule_set is not None, checked.problems
    return checked.rule_set


RULES = rules_of()
RULES_WITH_CLASS = rules_of(FIELDS | {"class": {"type": "string"}})


def process_of(severity: object) -> str:
    """Return a process that says so of severity."""
    stages = [{"id": "new"}, {"id": "done", "closes": "CLOSED"}]
    return json.dumps({"process": "complaints", "kinds": ["TICKET"], "stages": stages, "severity": severity})


def checked_process(severity: object = SEVERITY, rules: RoutingRules | None = RULES) -> Process:
    """Return a process that says so of severity."""
    checked = check_process(process_of(severity), rules=rules)
    assert checked.process, checked.problems
    assert loads(dumps(checked.process)) == checked.process
    return checked.process


def table_of(severity: object = SEVERITY, rules: RoutingRules | None = RULES) -> SeverityTable:
    """Return the table of what is written."""
    table = checked_process(severity, rules).severity
    assert table
    return table


def planner_of(severity: object = SEVERITY, rules: RoutingRules = RULES) -> Planner:
    """Return a planner of rules, for tickets of a process."""
    process = check_process(process_of(severity), rules=RULES).process
    assert process is not None
    roster = Roster(WorkforceRecords())
    return Planner(1, rules, IndexEngine(rules), roster, processes=PublishedProcesses([process]))


def ticket(**attributes: object) -> WorkItem:
    """Return a ticket."""
    return WorkItem(Kind.TICKET, "crm", "T-1", attributes)


PLANNER, PROCESS = planner_of(), checked_process(SEVERITY)


@pytest.mark.parametrize(
    ("impact", "urgency", "severity"),
    [("high", "high", "P1"), ("HIGH", "low", "P2"), ("low", "high", "P2"), ("low", "low", "P3"), (None, "high", "P3")],
)
def test_severity_follows_from_the_fields_as_rules_compare_them(impact: str, urgency: str, severity: str) -> None:
    item = ticket(impact=impact, urgency=urgency)

    assert with_severity(PLANNER, item).attributes == {**item.attributes, "severity": severity}


def test_one_field_may_be_enough_and_be_a_number() -> None:
    severity = {"field": "severity", "by": "seats", "table": {"1": "P3", "100": "P1"}}

    severities = [with_severity(planner_of(severity), ticket(seats=seats)).attributes for seats in (1, 100.0, 7)]

    assert [each.get("severity") for each in severities] == ["P3", "P1", None]


def test_what_is_not_looked_up_is_text_as_it_stands_there() -> None:
    assert table_of(rules=None).of({"impact": "high", "urgency": "low"}) == "P2"


def test_what_somebody_says_what_no_process_does_and_what_a_stage_opened_stays_as_it_is() -> None:
    opened_by = OpenedBy("crm~1", 1, "check", 1, "p")
    items = [ticket(severity="P4", impact="high"), WorkItem(Kind.LEAD), ticket()._replace(opened_by=opened_by)]

    assert [with_severity(PLANNER, item) for item in items] == items


def test_rules_that_know_the_field_no_more_and_attributes_that_they_cannot_read_fill_nothing_in() -> None:
    other = planner_of(rules=rules_of({"impact": {"type": "string"}, "severity": {"type": "number"}}))
    unread = ticket(impact=7)

    assert with_severity(other, ticket(impact="high")) == ticket(impact="high")
    assert with_severity(PLANNER, unread) == unread


@given(
    st.tuples(*[st.sampled_from(LEVELS)] * 2),
    st.tuples(*[st.sampled_from(LEVELS)] * 2),
    st.sampled_from(["P1", "P4", "", None]),
    st.sampled_from(["P1", "P4", "-", None]),
)
def test_what_changed_decides_whether_severity_follows_anew(
    was: tuple[str, str], becomes: tuple[str, str], before: str | None, given_now: str | None
) -> None:
    """By a second computation, in plain words of what is wanted."""
    old = ticket(impact=was[0], urgency=was[1], severity=before)
    said = before if given_now is None else given_now
    new = ticket(impact=becomes[0], urgency=becomes[1], severity=said)

    after = with_severity_again(PLANNER, PROCESS, old, new, is_given=given_now is not None).attributes

    says = said not in (None, "", "-")
    table = {("high", "high"): "P1", ("high", "low"): "P2", ("low", "high"): "P2"}
    follows = table.get(becomes, "P3")
    stays = says and (given_now is not None or was == becomes)
    assert after["severity"] == (said if stays else follows)
    again = with_severity_again(
        PLANNER, PROCESS, new._replace(attributes=after), new._replace(attributes=after), is_given=False
    )
    assert again.attributes == after


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]), st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["P1", "P2"]))
    )
)
def test_a_table_says_of_each_pair_what_is_written_and_else_of_all_others(
    written: Mapping[str, Mapping[str, str]],
) -> None:
    table = table_of({**SEVERITY, "table": written})

    for one, other in product("abcd", "xyzw"):
        assert table.of({"impact": one, "urgency": other}) == written.get(one, {}).get(other, "P3")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"field": "sevrity"}, "severity.field: found 'sevrity'; allowed are string fields: "),
        ({"field": "seats"}, "severity.field: found 'seats'; allowed are string fields: "),
        ({"field": "phone"}, "severity.field: phone is personal: severity would tell of it when it is erased"),
        ({"field": "impact"}, "severity.by[0]: impact cannot follow from itself"),
        ({"by": ["impact", "phone"]}, "severity.by[1]: phone is personal"),
        ({"by": ["impact", "since"]}, "severity.by[1]: found 'since'; allowed are string, number, bool fields: "),
        ({"by": []}, "severity.by: it is empty"),
        ({"by": ["impact", "urgency", "seats", "phone"]}, "severity.by: found 4 entries"),
        ({"table": {"high": "P1"}}, "severity.table.high: found 'P1'; a table by urgency is expected"),
        ({"table": {"high": {"low": {"x": "P1"}}}}, "severity.table.high.low: found "),
        ({"table": {"high": {"low": 1}}}, "severity.table.high.low: found 1; text of up to"),
        ({"table": {"high": {"low": ""}}}, "severity.table.high.low: found ''; a severity such as P1 is expected"),
        (
            {"table": {"high": {"low": "P1"}, "HIGH": {}}},
            "severity.table.HIGH: 'HIGH' and 'high', in line 1, are one value",
        ),
        ({"by": ["seats"], "table": {"many": "P1"}}, "severity.table.many: found 'many'; "),
        ({"else": 3}, "severity.else: found 3; text of up to"),
        ({"table": {str(n): {str(m): "P1" for m in range(21)} for n in range(20)}}, "severity.table: 420 severities"),
        ({"rows": {}}, "severity.rows: unknown key 'rows'; allowed are field, by, table, else"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change: Mapping[str, object], problem: str) -> None:
    checked = check_process(process_of({**SEVERITY, **change}), rules=RULES)

    told = [f"{each.path}: {each.message}" for each in checked.problems if each.is_error]
    assert [line for line in told if line.startswith(problem)], told
    assert (checked.process, checked.problems[0].line) == (None, 1)


@pytest.mark.parametrize(
    ("item", "life", "due"),
    [
        ({"impact": "high", "urgency": "high"}, [], "13:00"),
        ({"impact": "high", "urgency": "high", "severity": "P3"}, [], "18:00"),
        ({"impact": "high"}, [{"urgency": "low"}], "17:00"),
        ({"severity": "P1"}, [{"class": "x"}], "13:00"),
        ({"severity": "P1"}, [{"impact": "low"}], "18:00"),
        ({"impact": "high", "urgency": "high"}, [{"severity": "P3"}], "18:00"),
    ],
)
def test_tests_of_a_process_see_what_follows(item: object, life: list[object], due: str) -> None:
    within = {"by": "severity", "P1": "4h", "P2": "8h", "else": "9h"}
    test = {
        "name": "as severe",
        "item": {"kind": "TICKET", "attributes": item},
        "life": [
            {"at": "2026-10-08T09:00", "do": "assigned", "to": "ann", "pool": "p"},
            *({"at": "2026-10-08T09:30", "do": "update", "set": each} for each in life),
        ],
        "expect": {"due": {"resolution": f"2026-10-08T{due}"}},
    }
    source = json.loads(process_of(SEVERITY)) | {"tests": [test]}
    source["deadlines"] = [{"id": "resolution", "within": within, "clock": "wall"}]
    checked = check_process(json.dumps(source), rules=RULES_WITH_CLASS)
    assert checked.process, checked.problems

    (result,) = run_tests(checked.process, checked.tests, WorkforceRecords(), RULES_WITH_CLASS)

    assert result.passed, result
