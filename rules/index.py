"""The index engine: rules as bits of Python integers, one mask per field value.

A rule's condition is a conjunction. Each conjunct that speaks of one field only decides, for each value of that
field, whether the rule survives; so each field maps its value to the mask of surviving rules, and the rules that
match are the AND of a few masks. What speaks of several fields, and what a list cannot be looked up by, is verified
on the survivors.

How a field is looked up:

* text, bool, number, date: by the cell that the value lies in, see ``classes``;
* list, and what stands in a twin (the territories around a region, the texts that are contained): the OR of the masks
  of its entries.

Masks of the first kind are made when first needed and kept; at most ``KEPT_MASKS`` per field, then it starts
anew. Threads may share an engine: the worst that can happen is that two of them make the same mask.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from rules.classes import cell_by_value
from rules.closures import Test, compile_test
from rules.conditions import TWINNED, All, AnyOf, Condition, Not, Predicate, predicates
from rules.fields import Fact, FieldType
from rules.ruleset import RuleSet

KEPT_MASKS = 4_096
"""Of 20,000 rules a mask takes 2.5 KB, so a field keeps 10 MB at most."""

Lookup = Callable[[Any], int]


class IndexEngine:
    """Matches by bitmaps."""

    name = "index"

    def __init__(self, rule_set: RuleSet[object]) -> None:
        self._ids = tuple(rule.id for rule in rule_set.rules)
        self._all = (1 << len(self._ids)) - 1
        scalars: dict[str, list[tuple[int, Condition]]] = {}
        entries: dict[str, dict[int, Predicate]] = {}
        self._rest: dict[int, Test] = {}
        for position, rule in enumerate(rule_set.rules):
            rest = [c for c in _conjuncts(rule.when) if not _file(position, c, rule_set, scalars, entries)]
            if rest:
                self._rest[position] = compile_test(All(tuple(rest)))
        self._unverified = mask_of(self._rest)
        self._lookups: list[tuple[str, Lookup]] = [
            *((field, _scalar_lookup(rule_set, field, filed, self._all)) for field, filed in scalars.items()),
            *((source, _EntryMasks(filed, self._all)) for source, filed in entries.items()),
        ]

    def match(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of all matching rules in order of precedence."""
        mask = self._all
        get = fact.get
        for field, lookup in self._lookups:
            mask &= lookup(get(field))
            if not mask:
                return ()
        if unverified := mask & self._unverified:
            mask ^= self._failing(unverified, fact)
        ids = self._ids
        return tuple([ids[position] for position in positions_of(mask)])

    def close(self) -> None:
        """Let go of nothing: it holds only memory."""

    def _failing(self, mask: int, fact: Fact) -> int:
        rest = self._rest
        return mask_of([position for position in positions_of(mask) if not rest[position](fact)])


def positions_of(mask: int, base: int = 0) -> list[int]:
    """List the bits that are set, lowest first, counted from ``base``.

    Taking a bit out of an integer costs as much as the integer is long, so long ones are cut into slices first.
    """
    positions: list[int] = []
    if mask.bit_length() > _LONG:
        raw = mask.to_bytes((mask.bit_length() + 7) // 8, "little")
        for start in range(0, len(raw), _SLICE):
            positions += positions_of(int.from_bytes(raw[start : start + _SLICE], "little"), start * 8)
        return positions
    while mask:
        lowest = mask & -mask
        positions.append(base + lowest.bit_length() - 1)
        mask ^= lowest
    return positions


_LONG = 4_096
"""Bits from which on cutting pays."""
_SLICE = 64
"""Bytes per slice."""


def mask_of(positions: Collection[int]) -> int:
    """Set the bits at these positions; linear in the highest, however many there are."""
    raw = bytearray(max(positions, default=0) // 8 + 1)
    for position in positions:
        raw[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(raw, "little")


def _conjuncts(condition: Condition) -> Iterable[Condition]:
    """Split a condition into parts that all have to hold."""
    match condition:
        case All(conditions):
            for inner in conditions:
                yield from _conjuncts(inner)
        case Not(AnyOf(conditions)):
            for inner in conditions:
                yield from _conjuncts(Not(inner))
        case Not(Not(inner)):
            yield from _conjuncts(inner)
        case _:
            yield condition


def _file(
    position: int,
    conjunct: Condition,
    rule_set: RuleSet[object],
    scalars: dict[str, list[tuple[int, Condition]]],
    entries: dict[str, dict[int, Predicate]],
) -> bool:
    """File a conjunct under its field; False if the index cannot (fully) decide it."""
    if isinstance(conjunct, Predicate) and (conjunct.op in TWINNED or conjunct.op in ("has_any", "has_all")):
        filed = entries.setdefault(conjunct.source, {})
        if position in filed:
            return False
        filed[position] = conjunct
        return conjunct.op != "has_all" or len(conjunct.values) == 1
    mentioned = list(predicates(conjunct))
    fields = {predicate.field for predicate in mentioned}
    if len(fields) != 1 or any(predicate.op in TWINNED for predicate in mentioned):
        return False
    field = fields.pop()
    if rule_set.fields.get(field) is FieldType.LIST:
        return False
    scalars.setdefault(field, []).append((position, conjunct))
    return True


def _scalar_lookup(
    rule_set: RuleSet[object], field: str, filed: list[tuple[int, Condition]], everything: int
) -> Lookup:
    values = {value for _, condition in filed for predicate in predicates(condition) for value in predicate.values}
    masks = _ScalarMasks(field, filed, everything)
    cell_of = cell_by_value(rule_set.fields[field], values)
    kept: dict[Any, int] = {}

    def lookup(value: Any) -> int:
        cell = cell_of(value)
        mask = kept.get(cell)
        if mask is None:
            mask = masks.make(value)
            _keep(kept, cell, mask)
        return mask

    return lookup


class _ScalarMasks:
    """Which rules survive one value of a field; other rules than those filed always do."""

    def __init__(self, field: str, filed: list[tuple[int, Condition]], everything: int) -> None:
        self._field = field
        self._free = everything & ~mask_of([position for position, _ in filed])
        self._equal: dict[Any, list[int]] = {}
        by_position: dict[int, tuple[Condition, ...]] = {}
        for position, condition in filed:
            by_position[position] = (*by_position.get(position, ()), condition)
        # rules ask the same over and over: each different question is asked once
        asking: dict[tuple[Condition, ...], list[int]] = {}
        for position, conditions in by_position.items():
            only = conditions[0]
            if len(conditions) == 1 and isinstance(only, Predicate) and only.op in ("eq", "in"):
                for value in only.values:
                    self._equal.setdefault(value, []).append(position)
            else:
                asking.setdefault(conditions, []).append(position)
        self._tests = [(compile_test(All(conditions)), positions) for conditions, positions in asking.items()]

    def make(self, value: Any) -> int:
        """Make the mask of a value; None stands for missing."""
        fact: Fact = {} if value is None else {self._field: value}
        surviving = [position for test, positions in self._tests if test(fact) for position in positions]
        return self._free | mask_of(self._equal.get(value, ())) | mask_of(surviving)


def _keep(kept: dict[Any, int], key: Any, mask: int) -> None:
    if len(kept) >= KEPT_MASKS:
        kept.clear()
    kept[key] = mask


class _EntryMasks:
    """Which rules survive a list: those free of it, and those that want one of its entries.

    A rule that wants all of several entries is filed under the first of them, and verified later.
    """

    def __init__(self, filed: dict[int, Predicate], everything: int) -> None:
        self._free = everything & ~mask_of(filed)
        wanted: dict[Any, list[int]] = {}
        for position, predicate in filed.items():
            values = predicate.values
            for value in values[:1] if predicate.op == "has_all" else values:
                wanted.setdefault(value, []).append(position)
        self._masks = {value: mask_of(positions) for value, positions in wanted.items()}

    def __call__(self, entries: Any) -> int:
        mask = self._free
        if entries is not None:
            masks = self._masks
            for entry in entries:
                if entry in masks:
                    mask |= masks[entry]
        return mask
