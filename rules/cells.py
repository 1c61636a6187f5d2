"""What conditions can tell apart, as a finite space: each field in cells, each condition as boxes of them.

Rules mention few values. To them a text is one that they mention or another; a number lies on, between or outside those
they mention; and everything can be missing. So each field is a *variable* of some *cells*, bits of an integer, and a
conjunction of comparisons is a *box*: the cells that it leaves to each variable. What is looked up beside a field (the
entries of a list, the regions around one, the texts it contains) is a *switch*, a variable of two cells that depends on
the field's own.

A space may hold more than there is: which regions lie in which is not known to it, nor whether a text can contain all
of ten others. It never holds less. So what is empty here is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from missing_words import folded
from rules.conditions import TWINNED, All, AnyOf, Condition, Not, Predicate
from rules.fields import Fact, FieldType, Scalar, twin_of
from rules.scales import MISSING, OTHER, Mentioned, scale_of
from rules.shares import read_share

MAX_BOXES = 256
"""Boxes of one condition."""
MAX_STEPS = 400_000
"""Boxes that are made in one space, and entries that are looked at for them: some tenths of a second."""

OFF, ON = 1, 2
"""The cells of a switch."""


class TooMany(Exception):  # an answer, not a fault
    """It would take more boxes than are worth it."""


class Switch(NamedTuple):
    """Whether a text stands in what is looked up beside a field: ``op`` is an operator, or ``has`` for a list."""

    field: str
    op: str
    text: str


Variable = str | Switch
"""A field by its name, or a switch."""
Box = dict[Variable, int]
"""The cells that are left, by variable; of one that is not in it all."""


class Space:
    """The space of some comparisons.

    Parameters
    ----------
    fields
        Their types.
    comparisons
        All that will be asked about.
    missing
        Words for "missing", folded: no text of a fact is one.
    only
        All that some fields can hold.
    """

    def __init__(
        self,
        fields: Mapping[str, FieldType],
        comparisons: Iterable[Predicate],
        missing: Collection[str] = (),
        only: Mapping[str, Sequence[Scalar]] = MappingProxyType({}),
    ) -> None:
        self._steps = 0
        values: dict[str, dict[Scalar, None]] = {name: {} for name in fields}
        self._switches: dict[str, dict[Switch, None]] = {name: {} for name in fields}
        for predicate in comparisons:
            if switches := _switches(predicate):
                self._switches[predicate.field].update(dict.fromkeys(switches))
            else:
                values[predicate.field].update(dict.fromkeys(predicate.values))
        self._scales = {
            name: scale_of(kind, list(values[name]), missing, only.get(name)) for name, kind in fields.items()
        }
        self._allowed: dict[Switch, tuple[int, int]] = {}
        self._missing = missing

    def boxes(self, condition: Condition, *, negated: bool = False) -> list[Box]:
        """Return what a condition leaves, as boxes none of which is empty.

        Raises
        ------
        TooMany
            If they were more than ``MAX_BOXES``, or all together more than ``MAX_STEPS``.
        """
        match condition:
            case Not(inner):
                return self.boxes(inner, negated=not negated)
            case All(conditions) | AnyOf(conditions):
                parts = (self.boxes(inner, negated=negated) for inner in conditions)
                return self._joined(parts) if isinstance(condition, All) != negated else self._united(parts)
            case Predicate():
                self.take(1)
                return [box for box in self._of(condition, negated) if self._settle(box)]

    def both(self, some: Sequence[Box], others: Sequence[Box]) -> list[Box]:
        """Return what is in one of some boxes and in one of others."""
        self.take(len(some) * len(others))
        merged = ({**box, **self._common(box, other)} for box in some for other in others)
        boxes = [box for box in merged if all(box.values()) and self._settle(box)]
        if len(boxes) > MAX_BOXES:
            raise TooMany
        return boxes

    def minus(self, box: Box, other: Box) -> list[Box]:
        """Return what is in a box and not in another."""
        self.take(len(other))
        rest, pieces = box, []
        for variable, cells in other.items():
            left = rest.get(variable, self._full(variable))
            outside = {**rest, variable: left & ~cells}
            if left & ~cells and self._settle(outside):
                pieces.append(outside)
            rest = {**rest, variable: left & cells}
        return pieces

    def point(self, box: Box) -> Box:
        """Return one point of a box: one cell of each variable; of those that are left out the lowest."""
        point: Box = {}
        for field in {variable if isinstance(variable, str) else variable.field for variable in box}:
            cells = box.get(field, self._full(field))
            point[field] = cells & -cells
            switches = self._switches[field]
            given = [switch for switch in switches if box.get(switch) == ON]
            self.take(len(switches) * (1 + len(given)))
            on = [switch for switch in switches if self._is_on(switch, box, point[field])]
            on += [switch for switch in switches if any(_implies(one, switch) for one in given)]
            point.update(dict.fromkeys(on, ON))
        return point

    def fact(self, point: Box) -> Fact:
        """Return a fact that engines see a point in."""
        fact: dict[str, Any] = {}
        for variable, cell in point.items():
            if isinstance(variable, str) and cell != MISSING:
                fact[variable] = self._scales[variable].sample(cell)
        for field in tuple(fact):
            for op in {switch.op for switch in self._switches[field]}:
                held = tuple(s.text for s in self._switches[field] if s.op == op and point.get(s) == ON)
                fact[field if op == _HAS else twin_of(field, op)] = (*held, OTHER)
        return fact

    def take(self, steps: int) -> None:
        """Count what is done.

        Raises
        ------
        TooMany
            If it is enough.
        """
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise TooMany

    def _full(self, variable: Variable) -> int:
        return self._scales[variable].full if isinstance(variable, str) else ON | OFF

    def _common(self, box: Box, other: Box) -> Box:
        return {variable: cells & box.get(variable, cells) for variable, cells in other.items()}

    def _joined(self, parts: Iterator[list[Box]]) -> list[Box]:
        boxes: list[Box] = [{}]
        for part in parts:
            boxes = self.both(boxes, part)
        return boxes

    def _united(self, parts: Iterator[list[Box]]) -> list[Box]:
        united: list[Box] = []
        alone: dict[str, Box] = {}
        for box in (box for part in parts for box in part):
            (variable, *more) = box or [None]
            if isinstance(variable, str) and not more:  # one of a field alone: in one box with others of it
                if variable not in alone:
                    united.append(alone.setdefault(variable, {variable: 0}))
                alone[variable][variable] |= box[variable]
            else:
                united.append(box)
        self.take(len(united))
        if len(united) > MAX_BOXES:
            raise TooMany
        return united

    def _of(self, predicate: Predicate, negated: bool) -> list[Box]:
        field, op = predicate.field, predicate.op
        if switches := _switches(predicate):
            together = (op == "has_any") == negated
            cell = OFF if negated else ON
            return [dict.fromkeys(switches, cell)] if together else [{switch: cell} for switch in switches]
        scale = self._scales[field]
        cells = scale.cells(op, predicate.value) & scale.full
        return [{field: scale.full & ~cells if negated else cells}]

    def _settle(self, box: Box) -> bool:
        """Narrow each field of a box to what its switches leave of it; False if nothing is left."""
        switches = [variable for variable in box if isinstance(variable, Switch)]
        self.take(len(switches))
        for switch in switches:
            field, cell = switch.field, box[switch]
            if cell != OFF | ON:
                box[field] = box.get(field, self._full(field)) & self._cells_of(switch)[cell == ON]
        on = [switch for switch in switches if box[switch] == ON and switch.op in _IMPLYING]
        off = [switch for switch in switches if box[switch] == OFF] if on else []
        self.take(len(on) * (len(on) + len(off)))
        return all(box.values()) and not (
            any(_implies(one, other) for one in on for other in off)
            or any(_excludes(one, other) for one in on for other in on)
        )

    def _cells_of(self, switch: Switch) -> tuple[int, int]:
        """Return the cells of the field with which a switch can be off, and on."""
        if switch not in self._allowed:
            scale = self._scales[switch.field]
            on, off = scale.full & ~MISSING, scale.full
            if switch.op == _SHARE:
                off, on = _cells_of_a_share(read_share(switch.text)[0], on, off)
            elif isinstance(scale, Mentioned) and switch.op in TWINNED:
                self.take(len(scale.values))
                for value, cell in scale.values.items():
                    if not isinstance(value, str):
                        continue
                    if _MEANINGS[switch.op](value, switch.text):
                        off &= ~cell
                    elif switch.op != "within":  # a region can lie in any other
                        on &= ~cell
            if switch.op == _HAS and folded(switch.text) in self._missing:
                on = 0  # it is left out of lists
            self._allowed[switch] = off, on
        return self._allowed[switch]

    def _is_on(self, switch: Switch, box: Box, cell: int) -> bool:
        return box.get(switch) == ON or (switch not in box and not self._cells_of(switch)[0] & cell)


_HAS = "has"
_SHARE = "percent"
_PATTERNS = ("contains", "starts_with")
_IMPLYING = (*_PATTERNS, _SHARE)
_MEANINGS: Mapping[str, Any] = {"within": str.__eq__, "contains": str.__contains__, "starts_with": str.startswith}


def _implies(one: Switch, other: Switch) -> bool:
    """Say whether a switch that is on, of a text, has another on."""
    if one.field != other.field:
        return False
    if one.op == other.op == _SHARE:
        (percent, salt), (of_other, other_salt) = read_share(one.text), read_share(other.text)
        return salt == other_salt and percent <= of_other
    if one.op not in _PATTERNS or other.op not in _PATTERNS:
        return False
    if other.op == "contains":
        return other.text in one.text
    return one.op == "starts_with" and one.text.startswith(other.text)


def _cells_of_a_share(percent: float, there: int, anywhere: int) -> tuple[int, int]:
    """Return the cells of a field with which it can be out of a share, and in it."""
    return anywhere if percent < 100 else MISSING, there if percent > 0 else 0


def _excludes(one: Switch, other: Switch) -> bool:
    """Say whether no text begins with both."""
    if one.field != other.field or one.op != "starts_with" or other.op != "starts_with":
        return False
    return not (one.text.startswith(other.text) or other.text.startswith(one.text))


def _switches(predicate: Predicate) -> list[Switch]:
    if predicate.op in TWINNED:
        return [Switch(predicate.field, predicate.op, str(predicate.value))]
    if predicate.op in ("has_any", "has_all"):
        return [Switch(predicate.field, _HAS, str(text)) for text in predicate.values]
    return []
