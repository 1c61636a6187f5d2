"""Conditions as they are stored, and back. Reading trusts its input: only what was written is stored."""

from __future__ import annotations

from typing import Any

from rules.conditions import All, AnyOf, Condition, Not, Predicate


def write_condition(condition: Condition) -> list[Any]:
    """Write a condition as lists: ``[field, op, value]``, or the sign of a group and its members."""
    match condition:
        case Predicate(field, op, value):
            return [field, op, value]
        case All(conditions):
            return ["&", [write_condition(inner) for inner in conditions]]
        case AnyOf(conditions):
            return ["|", [write_condition(inner) for inner in conditions]]
        case Not(inner):
            return ["!", [write_condition(inner)]]


def read_condition(raw: list[Any]) -> Condition:
    """Read what ``write_condition`` wrote."""
    if len(raw) == 3:
        value = raw[2]
        return Predicate(raw[0], raw[1], tuple(value) if type(value) is list else value)
    inner = tuple([read_condition(member) for member in raw[1]])
    if raw[0] == "&":
        return All(inner)
    return AnyOf(inner) if raw[0] == "|" else Not(inner[0])
