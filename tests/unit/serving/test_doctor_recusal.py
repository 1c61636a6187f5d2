"""The doctor warns of reps who are called alike, where rules exclude by name."""

from __future__ import annotations

import pytest

from router.model.workforce import Rep, WorkforceRecords
from router.rules.route import Route, RoutingRules
from rules.conditions import ALWAYS
from rules.fields import FieldType
from rules.ruleset import Rule
from serving.doctor.finding import Severity
from serving.doctor.recusal import judge_recusal

WORKFORCE = WorkforceRecords(
    by_kind={"rep": {"bo": Rep("bo", "王芳"), "cy": Rep("cy", "王芳 "), "di": Rep("di", "DI")}}
)
BY_NAME, BY_OWNER = (Route("p", exclude=(name,)) for name in ("about", "handlers"))


def rules(route: Route, default: Route) -> RoutingRules:
    return RoutingRules({"about": FieldType.STRING}, (Rule("r", ALWAYS, route),), default)


@pytest.mark.parametrize("rule_set", [rules(BY_NAME, BY_OWNER), rules(BY_OWNER, BY_NAME)])
def test_a_name_of_several_reps_is_told_where_a_route_excludes_by_it(rule_set: RoutingRules) -> None:
    (finding,) = judge_recusal("acme", rule_set, WORKFORCE)

    assert (finding.severity, finding.seen) == (Severity.MIND, "acme: 王芳 means bo, cy")
    assert "leave all of them out" in finding.advice


@pytest.mark.parametrize("route", [Route("p"), BY_OWNER])
def test_nothing_is_said_where_no_route_excludes_by_a_field(route: Route) -> None:
    assert list(judge_recusal("acme", rules(route, route), WORKFORCE)) == []
