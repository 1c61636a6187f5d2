"""Rules that can never decide, and alternatives that can never hold: what is certain of it, and nothing else.

A rule whose comparisons contradict each other has no box (see ``cells``). Of any other a point is taken and matched by
the engine. If no earlier rule holds there, the rule can be first, and nothing is said. Else the earlier rule's box is
cut out, and a point is taken of what is left, until there is nothing, or it was tried often enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rules.cells import OFF, Box, Space, TooMany
from rules.conditions import All, AnyOf, Condition, Not, Predicate, predicates
from rules.fields import EXTERNAL_ID, FieldType
from rules.index import IndexEngine
from rules.ruleset import Rule, RuleSet
from rules.scales import MISSING

MAX_CUTS = 128
"""Boxes that are cut out of one rule before it is given up."""
MAX_ALONE = 4
"""Earlier rules that are tried for one that covers a rule alone, before several are named."""
MAX_MASKS = 4_000_000
"""Values by questions beyond which the engine would take too long to be asked."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A condition that never holds, at a path in its rule.

    Parameters
    ----------
    other
        The one before it that it cannot hold together with; None where it is several, or none.
    alone
        Whether it does not hold whatever stands around it.
    whole
        Whether the rule therefore never matches; else it has other alternatives.
    """

    rule: int
    path: Path
    condition: Condition
    other: tuple[Path, Condition] | None
    alone: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Covered:
    """A rule that is never first: wherever it matches, one of some earlier ones does too."""

    rule: int
    by: tuple[str, ...]


def findings(rule_set: RuleSet[object]) -> Iterator[Contradiction | Covered]:
    """Yield what is certain of the rules of a set, in order of precedence; ``rule`` is a place in it."""
    comparisons = list(chain.from_iterable(predicates(rule.when) for rule in rule_set.rules))
    fields = {EXTERNAL_ID: FieldType.STRING, **rule_set.fields}
    space = Space(fields, comparisons, rule_set.missing, rule_set.only_values)
    yield from _Coverage(rule_set, space, asks_engine=_masks(rule_set, fields) <= MAX_MASKS).findings()


def _masks(rule_set: RuleSet[object], fields: Collection[str]) -> int:
    """Count what the index may have to work out: each question that it has no table for, for each value of a field."""
    questions: dict[str, set[Condition]] = {name: set() for name in fields}
    values: dict[str, set[object]] = {name: set() for name in fields}
    for part in (part for rule in rule_set.rules for _, part in _conjuncts(rule.when, ())):
        is_looked_up = isinstance(part, Predicate) and part.op in ("eq", "in")
        for predicate in predicates(part):
            values[predicate.field].add(predicate.value)
            if not is_looked_up:
                questions[predicate.field].add(part)
    return sum(len(questions[name]) * len(values[name]) for name in fields)


class _Coverage:
    def __init__(self, rule_set: RuleSet[object], space: Space, *, asks_engine: bool) -> None:
        self._rules = rule_set.rules
        self._space = space
        self._engine = IndexEngine(rule_set) if asks_engine else None
        self._boxes: list[list[Box] | None] = []
        self._places = {rule.id: place for place, rule in enumerate(rule_set.rules)}

    def findings(self) -> Iterator[Contradiction | Covered]:
        first: dict[Condition, str] = {}
        for place, rule in enumerate(self._rules):
            boxes = self._boxes_of(rule)
            self._boxes.append(boxes)
            if boxes == []:
                yield from self._contradiction(place, rule)
                continue
            yield from self._dead_alternatives(place, rule.when, ("when",), [{}])
            if same := first.get(rule.when):
                yield Covered(place, (same,))
            elif boxes and (by := self._covering(place, boxes)):
                yield Covered(place, by)
            first.setdefault(rule.when, rule.id)

    def _boxes_of(self, rule: Rule[object]) -> list[Box] | None:
        """Return a rule's boxes; None where they are too many, and nothing is known of it."""
        try:
            return self._space.boxes(rule.when)
        except TooMany:
            return None

    def _contradiction(self, place: int, rule: Rule[object]) -> Iterator[Contradiction]:
        try:
            yield Contradiction(place, *self._culprit(rule.when, ("when",)), whole=True)
        except TooMany:
            yield Contradiction(place, ("when",), rule.when, None, alone=True, whole=True)

    def _culprit(self, condition: Condition, path: Path) -> tuple[Path, Condition, tuple[Path, Condition] | None, bool]:
        """Find the first part of a condition with which it becomes impossible, and the one it cannot go with; and
        whether it needs none for that.
        """
        if isinstance(condition, AnyOf) and condition.conditions:
            return self._culprit(condition.conditions[0], (*path, "any", 0))
        if not isinstance(condition, All):
            return path, condition, None, True
        before: list[tuple[Path, Condition]] = []
        boxes: list[Box] = [{}]
        for step, part in _conjuncts(condition, path):
            own = self._space.boxes(part)
            if not own:
                return self._culprit(part, step)
            boxes = self._space.both(boxes, own)
            if not boxes:
                others = (one for one in before if not self._space.both(self._space.boxes(one[1]), own))
                return step, part, next(others, None), False
            before.append((step, part))
        raise AssertionError(condition)

    def _dead_alternatives(
        self, place: int, condition: Condition, path: Path, around: list[Box]
    ) -> Iterator[Contradiction]:
        """Yield the alternatives that never hold together with what stands around them."""
        try:
            if isinstance(condition, AnyOf):
                for step, part in enumerate(condition.conditions):
                    yield from self._dead_alternative(place, part, (*path, "any", step), around)
            elif isinstance(condition, All):
                for step, part in enumerate(condition.conditions):
                    if _has_alternatives(part):
                        others = (*condition.conditions[:step], *condition.conditions[step + 1 :])
                        beside = All(tuple(other for other in others if _share_a_field(part, other)))
                        within = self._space.both(around, self._space.boxes(beside))
                        yield from self._dead_alternatives(place, part, (*path, "all", step), within)
        except TooMany:
            return

    def _dead_alternative(
        self, place: int, condition: Condition, path: Path, around: list[Box]
    ) -> Iterator[Contradiction]:
        boxes = self._space.boxes(condition)
        if not boxes:
            yield Contradiction(place, *self._culprit(condition, path), whole=False)
        elif not self._space.both(around, boxes):
            yield Contradiction(place, path, condition, None, alone=False, whole=False)
        else:
            yield from self._dead_alternatives(place, condition, path, around)

    def _covering(self, place: int, boxes: list[Box]) -> tuple[str, ...]:
        """Return the earlier rules that together hold wherever one does; nothing where that is not certain."""
        if self._engine is None:
            return ()
        try:
            used: list[int] = []
            if self._left_by(used, place, boxes, takes_more=True):
                return ()
            candidates = self._earlier(place, self._space.point(boxes[0]))[:MAX_ALONE] if len(used) > 1 else []
            alone = (earlier for earlier in candidates if not self._left_by([earlier], place, boxes))
            return tuple(self._rules[earlier].id for earlier in sorted(next(([one] for one in alone), used)))
        except TooMany:
            return ()

    def _left_by(self, used: list[int], place: int, boxes: list[Box], *, takes_more: bool = False) -> bool:
        """Say whether something may be left of boxes once those of the earlier rules in ``used`` are cut out.

        With ``takes_more`` whatever earlier rule holds is added to them.
        """
        pieces, cuts = list(boxes), 0
        while pieces:
            piece = pieces.pop()
            point = self._space.point(piece)
            cut = self._cut(used, point)
            if cut is None and takes_more:
                used.extend([earlier for earlier in self._earlier(place, point) if self._boxes[earlier]][:1])
                cut = self._cut(used, point)
            cuts += 1
            if cut is None or cuts > MAX_CUTS:
                return True
            pieces += self._space.minus(piece, cut)
        return False

    def _cut(self, used: Sequence[int], point: Box) -> Box | None:
        """Return a box of some rules that holds a point."""
        boxes = [box for earlier in used for box in self._boxes[earlier] or ()]
        self._space.take(len(boxes))
        return next((box for box in boxes if _holds(box, point)), None)

    def _earlier(self, place: int, point: Box) -> list[int]:
        """Return the places of the earlier rules that match at a point."""
        assert self._engine is not None
        matches = self._engine.match(self._space.fact(point))
        self._space.take(len(matches))
        return [earlier for earlier in map(self._places.__getitem__, matches) if earlier < place]


def _holds(box: Box, point: Mapping[Any, int]) -> bool:
    return all(
        cells & point.get(variable, MISSING if isinstance(variable, str) else OFF) for variable, cells in box.items()
    )


def _conjuncts(condition: Condition, path: Path) -> Iterator[tuple[Path, Condition]]:
    if isinstance(condition, All):
        for step, part in enumerate(condition.conditions):
            yield from _conjuncts(part, (*path, "all", step))
    else:
        yield path, condition


def _share_a_field(one: Condition, other: Condition) -> bool:
    fields = {predicate.field for predicate in predicates(one)}
    return any(predicate.field in fields for predicate in predicates(other))


def _has_alternatives(condition: Condition) -> bool:
    match condition:
        case All(conditions):
            return any(map(_has_alternatives, conditions))
        case AnyOf():
            return True
        case Not() | Predicate():
            return False
