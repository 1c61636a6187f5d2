"""Fields that a work item need not bring along: what is known of its customer, and how severe it is where its process
says from what that follows. They are filled in before it is planned.

What is filled in is decided by and stored with the decision, so that replaying the log asks nobody. A field that the
work item brings along is left as it is: whoever sent it may know better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.assignment.planner import Planner
from router.assignment.ports import CustomerScores
from router.assignment.repeats import raised
from router.model.errors import InvalidInput
from router.model.records import CustomerScore
from router.model.workitem import WorkItem
from router.process.arrival.severity import SeverityTable
from router.process.definition.processes import Process
from router.rules.route import RoutingRules
from rules.fields import FieldType
from rules.projection import says_nothing


async def filled(
    source: CustomerScores, tenant: str, planner: Planner, items: Sequence[WorkItem]
) -> Sequence[WorkItem]:
    """Return work items that come with all that they need not bring along; the very same where there is nothing.

    Raises
    ------
    StoreUnavailable
        As ``with_customers``.
    """
    known = await with_customers(source, tenant, planner.rule_set, items)
    return [with_severity(planner, item) for item in known] if planner.severities else known


def with_severity(planner: Planner, item: WorkItem) -> WorkItem:
    """Fill in how severe a work item is that comes, where it does not say so, and its process does.

    What was opened by another one is in the process of that, which says nothing of it.
    """
    table = planner.severities.get(item.kind)
    if table is None or item.opened_by is not None:
        return item
    if not says_nothing(planner.rule_set, item.attributes.get(table.field)):
        return item
    return _as_severe(planner, table, item)


def with_severity_again(
    planner: Planner, process: Process, before: WorkItem, after: WorkItem, *, is_given: bool
) -> WorkItem:
    """Return what a work item becomes, as severe as follows from what it is then; one more where it repeats another.

    Parameters
    ----------
    is_given
        Whether whoever changes it names the severity: what they say holds, and where they say nothing, or take it out,
        it follows anew.
    """
    table = process.severity
    if table is None or after.opened_by is not None:
        return after
    says = not says_nothing(planner.rule_set, after.attributes.get(table.field))
    follows = any(before.attributes.get(name) != after.attributes.get(name) for name in table.by)
    if says and (is_given or not follows):
        return after
    severe, raises = _as_severe(planner, table, after), process.repeats and process.repeats.raises
    return raised(planner, raises, severe) if raises and raises.field == table.field else severe


def _as_severe(planner: Planner, table: SeverityTable, item: WorkItem) -> WorkItem:
    """Return a work item with the severity that a table says; without one where it does not.

    What the rules of by now do not know as a text, or declare personal, is not filled in, and what they cannot read
    whoever plans it refuses.
    """
    is_personal = not planner.declared.fields.isdisjoint({table.field, *table.by})
    if is_personal or planner.rule_set.fields.get(table.field) is not FieldType.STRING:
        return item
    others = {name: value for name, value in item.attributes.items() if name != table.field}
    try:
        severity = table.of(planner.fact_of(item._replace(attributes=others)))
    except InvalidInput:
        return item
    return item._replace(attributes={**others, table.field: severity} if severity else others)


async def with_customers(
    source: CustomerScores, tenant: str, rule_set: RoutingRules, items: Sequence[WorkItem]
) -> Sequence[WorkItem]:
    """Return the work items with what is known of their customers; the very same where the rules ask for nothing.

    Raises
    ------
    StoreUnavailable
        If the source does not answer: to decide as if the customer were unknown would be a wrong decision.
    """
    if rule_set.known_customer is None:
        return items
    customers = {customer for item in items if (customer := customer_to_ask_for(rule_set, item))}
    scores = await source.last_scores(tenant, customers) if customers else {}
    return [completed(rule_set, item, scores) for item in items]


def customer_to_ask_for(rule_set: RoutingRules, item: WorkItem) -> str:
    """Return the id of the customer of whom something is to be filled in; empty if there is nothing to ask."""
    wanted = rule_set.known_customer
    customer = item.attributes.get(wanted.id) if wanted else None
    if not wanted or not isinstance(customer, str) or says_nothing(rule_set, customer):
        return ""
    fields = (wanted.churn_risk, wanted.value_tier)
    lacks = any(field and says_nothing(rule_set, item.attributes.get(field)) for field in fields)
    return customer if lacks else ""


def completed(rule_set: RoutingRules, item: WorkItem, scores: Mapping[str, CustomerScore]) -> WorkItem:
    """Fill in what is known and the work item lacks.

    Examples
    --------
    >>> from router.model.workitem import Kind
    >>> from router.rules.route import KnownCustomer, Route
    >>> wanted = KnownCustomer("customer", churn_risk="risk", value_tier="tier")
    >>> rule_set = RoutingRules({}, (), Route("p"), known_customer=wanted)
    >>> item = WorkItem(Kind.LEAD, attributes={"customer": "C-1", "tier": "gold"})
    >>> dict(completed(rule_set, item, {"C-1": CustomerScore(0.81, "silver")}).attributes)
    {'customer': 'C-1', 'tier': 'gold', 'risk': 0.81}
    """
    wanted, score = rule_set.known_customer, scores.get(customer_to_ask_for(rule_set, item))
    if wanted is None or score is None:
        return item
    values = {wanted.churn_risk: score.churn_risk, wanted.value_tier: score.value_tier or None}
    lacking = {
        field: value
        for field, value in values.items()
        if field and value is not None and says_nothing(rule_set, item.attributes.get(field))
    }
    return item._replace(attributes={**item.attributes, **lacking})
