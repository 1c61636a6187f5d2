"""Do rules leave out more reps than who is meant, because several are called alike? Pure."""

from __future__ import annotations

from collections.abc import Iterator

from router.assignment.recusal import RepNames
from router.model.workforce import WorkforceRecords
from router.rules.route import RoutingRules
from serving.doctor.finding import Finding, mind

_ADVICE = "rules that exclude by this name leave all of them out: have the fields of exclude hold ids"


def judge_recusal(tenant: str, rule_set: RoutingRules, workforce: WorkforceRecords) -> Iterator[Finding]:
    """Judge the names of reps where some route excludes by a field; of those that one rep alone has nothing is said."""
    routes = (rule_set.default, *(rule.target for rule in rule_set.rules))
    if any(route.excluding_fields for route in routes):
        for name, reps in sorted(RepNames(workforce.reps).shared.items()):
            yield mind("rep names", f"{tenant}: {name} means {', '.join(sorted(reps))}", _ADVICE)
