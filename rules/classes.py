"""Which facts no rule can tell from each other: those of one *class*.

Rules see little of what stands in a field: which of the values that they mention a text is, on or between which of
their numbers a number lies, which of their entries a list has, and whether there is anything. That is the *cell* that
the value lies in, and a fact's class is the cells of all fields that rules look at. So whatever an engine says of one
fact, it says of all of its class.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from rules.conditions import MEMBERSHIP, SCALAR, TWINNED, Predicate, predicates
from rules.fields import Fact, FieldType
from rules.ruleset import RuleSet

ReadCell = Callable[[Any], Hashable]
"""Returns the cell of a value; None stands for missing, which is a cell of its own."""
FactClass = tuple[Hashable, ...]


class FactClasses:
    """The classes of one rule set.

    Examples
    --------
    >>> from rules.ruleset import Rule
    >>> large = Rule("large", Predicate("potential", "gte", 60), "p")
    >>> classes = FactClasses(RuleSet({"potential": FieldType.NUMBER, "city": FieldType.STRING}, (large,), "p"))
    >>> [classes.of({"potential": potential, "city": "上海"}) for potential in (59, 1, 60, 61)]
    [(0,), (0,), (1,), (2,)]
    """

    def __init__(self, rule_set: RuleSet[object]) -> None:
        looked_at: dict[str, list[Predicate]] = {}
        for rule in rule_set.rules:
            for predicate in predicates(rule.when):
                looked_at.setdefault(predicate.source, []).append(predicate)
        self._readers = [(source, _reader(rule_set, source, asking)) for source, asking in looked_at.items()]

    def of(self, fact: Fact) -> FactClass:
        """Return the class of a fact."""
        get = fact.get
        return tuple([read(get(source)) for source, read in self._readers])


def _reader(rule_set: RuleSet[object], source: str, asking: Sequence[Predicate]) -> ReadCell:
    values = {value for predicate in asking for value in predicate.values}
    kind, ops = rule_set.fields.get(source), {predicate.op for predicate in asking}
    if ops <= TWINNED or (kind is FieldType.LIST and ops <= MEMBERSHIP):
        return cell_by_entries(values)
    if kind is not None and ops <= SCALAR:
        return cell_by_value(kind, values)
    return _itself


def cell_by_value(kind: FieldType, mentioned: Iterable[Any]) -> ReadCell:
    """Divide a field of single values by those that are mentioned: numbers by where they lie among them."""
    if kind in (FieldType.NUMBER, FieldType.DATE):
        return _by_thresholds(sorted(mentioned))
    # what is mentioned nowhere is None
    return {value: cell for cell, value in enumerate([None, *mentioned])}.get


def cell_by_entries(mentioned: Iterable[Any]) -> ReadCell:
    """Divide a field of several values by which of the mentioned ones are among them."""
    among = frozenset(mentioned).intersection
    return lambda entries: None if entries is None else among(entries)


def _by_thresholds(thresholds: Sequence[Any]) -> ReadCell:
    # even: between two of them; odd: on one
    return lambda number: None if number is None else bisect_left(thresholds, number) + bisect_right(thresholds, number)


def _itself(value: Hashable) -> Hashable:
    return value
