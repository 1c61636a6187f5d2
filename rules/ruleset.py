"""A checked rule set as values: what the engines match, and what follows from a match. Immutable; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rules.arrival import ArrivalField
from rules.conditions import TWINNED, Condition, predicates
from rules.fields import FieldType, Scalar
from rules.normal_form import Ignored

Target = TypeVar("Target", covariant=True)
"""What follows from a rule; the language never looks at it."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[Target]):
    """A condition and where it leads."""

    id: str
    when: Condition
    target: Target
    priority: int = 0


@dataclass(frozen=True, slots=True, weakref_slot=True)
class RuleSet(Generic[Target]):
    """Typed fields, rules in the order in which the first match wins, and the default.

    ``twins`` follow from the rules: for each field and operator that needs one, the values that are compared with.
    ``personal`` fields say something about a person. ``missing`` are the words that mean "not known" in an attribute,
    folded, see ``missing_words``; rule sets that were stored before there were such words have none, not even the
    empty text, so that what they decided is decided again. ``ignoring`` says of which fields not all counts, and what
    does not; what conditions compare them with is in normal form already. ``arrival`` is where the instant stands at
    which a work item came; what it makes stands among ``fields``.
    """

    fields: Mapping[str, FieldType]
    rules: tuple[Rule[Target], ...]
    default: Target
    ignore_undeclared: bool = False
    personal: frozenset[str] = frozenset()
    missing: frozenset[str] = field(default=frozenset(), kw_only=True)
    ignoring: Mapping[str, Ignored] = field(default_factory=dict, kw_only=True)
    arrival: ArrivalField | None = field(default=None, kw_only=True)
    twins: Mapping[tuple[str, str], tuple[str, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        twins: dict[tuple[str, str], dict[str, None]] = {}
        for predicate in (p for rule in self.rules for p in predicates(rule.when) if p.op in TWINNED):
            twins.setdefault((predicate.field, predicate.op), {})[str(predicate.value)] = None
        object.__setattr__(self, "twins", {key: tuple(values) for key, values in twins.items()})

    @property
    def only_values(self) -> Mapping[str, Sequence[Scalar]]:
        """All that the fields can hold that follow from the arrival."""
        return self.arrival.values if self.arrival else {}

    @property
    def sent_fields(self) -> Mapping[str, FieldType]:
        """The fields that a work item can bring along."""
        made = self.arrival.types if self.arrival else ()
        return {name: kind for name, kind in self.fields.items() if name not in made}
