"""Reps whom no lead of a file can be given, because of what rules ask of one of their lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from google.protobuf.struct_pb2 import ListValue, Struct

from fairlead.v1 import workforce_pb2 as workforce
from router.assignment.planner import Step, steps_of
from router.cli.inputs import Inputs
from router.rules.route import RoutingRules
from rules.normal_form import NOTHING, Ignored, normal_form

_Asked = tuple[str, str]
"""An attribute of a rep, and the field of a lead that it is compared with."""


def never_eligible(inputs: Inputs, pools: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Name reps of the file of whom rules ask what no lead has: in every step of theirs that the rep is a candidate of.

    Parameters
    ----------
    pools
        Who is in each pool.
    """
    routes, wanted = list(_routes(inputs.rule_set)), _wanted(inputs)
    said = {*inputs.workforce.columns, *(name for rep in inputs.workforce.reps for name in rep.attributes)}
    for rep in inputs.workforce.reps:
        rules: dict[_Asked, list[str]] = {}
        for rule, steps in routes:
            own = [step for step in steps if rep.name == step.rep or rep.name in pools.get(step.pool, ())]
            for asked in _lacking(rep, own, wanted, inputs.rule_set.ignoring):
                rules.setdefault(asked, []).append(rule)
        for (attribute, item), names in rules.items():
            if attribute not in said:  # the service may know
                continue
            shown = ", ".join(sorted(_texts(rep.attributes, attribute))) or "none"
            asking = f"rules {', '.join(names)} ask" if len(names) > 1 else f"rule {names[0]} asks"
            yield f"rep {rep.name}, {attribute} {shown}: no lead has such {item}, for which {asking}"


def _routes(rule_set: RoutingRules) -> Iterator[tuple[str, Sequence[Step]]]:
    yield from ((rule.id, steps_of(rule.target)) for rule in rule_set.rules)
    yield "default", steps_of(rule_set.default)


def _lacking(
    rep: workforce.Rep, steps: Sequence[Step], wanted: Mapping[str, set[str]], ignoring: Mapping[str, Ignored]
) -> list[_Asked]:
    """Return what each of these steps asks of a rep in vain."""
    first, *others = [_in_vain(rep, step, wanted, ignoring) for step in steps] or [[]]
    return [asked for asked in first if all(asked in other for other in others)]


def _in_vain(
    rep: workforce.Rep, step: Step, wanted: Mapping[str, set[str]], ignoring: Mapping[str, Ignored]
) -> list[_Asked]:
    asked = [(each.rep, each.item) for each in step.require if each.op in ("has", "has_any") and each.item]
    return [
        (attribute, item)
        for attribute, item in asked
        if wanted.get(item) and wanted[item].isdisjoint(_texts(rep.attributes, attribute, ignoring.get(item, NOTHING)))
    ]


def _wanted(inputs: Inputs) -> dict[str, set[str]]:
    """Return what leads ask for in each field."""
    wanted: dict[str, set[str]] = {}
    for lead in inputs.leads.items:
        for field in lead.attributes:
            ignored = inputs.rule_set.ignoring.get(field, NOTHING)
            wanted.setdefault(field, set()).update(_texts(lead.attributes, field, ignored))
    return wanted


def _texts(attributes: Struct, name: str, ignored: Ignored = NOTHING) -> set[str]:
    """Return an attribute's entries, in normal form; none if it is absent."""
    if name not in attributes:
        return set()
    value = attributes[name]
    entries = value if isinstance(value, ListValue) else [value]
    return {normal_form(str(entry), ignored) for entry in entries}
