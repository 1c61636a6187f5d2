"""Which rules go together: rules parted by the values of their most selective fields, then packed into chunks. Pure.

A fact is shown only to the chunks that could hold a match, so the cost of a match depends on how many rules could
apply, not on how many there are. A chunk is as large as durable-rules bears (``durable_form``), which is 56 rules
at best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from router.adapters.durable_rules.encoding import MAX_ORS, MAX_PATHS, MAX_TESTS, Form, Inexpressible, Vocabulary
from rules.conditions import All, Condition, Predicate
from rules.fields import Fact, FieldType, twin_of
from rules.index import conjuncts
from rules.ruleset import RuleSet

MAX_SHARES = 16
"""Values of one ``in`` by which a rule is parted: it stands once with each."""

MAX_LEVELS = 4
"""Fields by which rules are parted, one after the other."""

Chunk = tuple[Form, ...]
Filed = tuple[int, tuple[Condition, ...]]
"""A rule's position and what remains to be asked of it."""


@dataclass(slots=True)
class Part:
    """Rules that could match a fact that came here: those asked always, and those asked by the value of a field."""

    chunks: list[Chunk]
    source: str = ""
    by_value: dict[Any, Part] = field(default_factory=dict)

    def all_chunks(self) -> Iterator[tuple[Part, Chunk]]:
        """Yield every chunk below, with the part that it belongs to."""
        for chunk in self.chunks:
            yield self, chunk
        for part in self.by_value.values():
            yield from part.all_chunks()


@dataclass(frozen=True, slots=True)
class Plan:
    """All rules of a set: in parts and chunks, or left over."""

    root: Part
    vocabulary: Vocabulary
    left_over: tuple[int, ...]


def plan(rule_set: RuleSet[object]) -> Plan:
    """Part and pack a rule set's rules; what durable-rules cannot express is left over."""
    vocabulary, left_over = Vocabulary(rule_set), set()
    filed: list[Filed] = [(position, tuple(conjuncts(rule.when))) for position, rule in enumerate(rule_set.rules)]
    expressible = []
    for position, remaining in filed:
        try:
            vocabulary.form(position, All(remaining))
        except Inexpressible:
            left_over.add(position)
        else:
            expressible.append((position, remaining))
    root = _part(expressible, rule_set.fields, vocabulary, MAX_LEVELS)
    return Plan(root, vocabulary, tuple(sorted(left_over)))


def _part(filed: Sequence[Filed], kinds: Mapping[str, FieldType], vocabulary: Vocabulary, levels: int) -> Part:
    source = _most_selective(filed, kinds) if levels and len(filed) > MAX_PATHS else None
    if source is None:
        return Part(list(_pack(vocabulary.form(position, All(remaining)) for position, remaining in filed)))
    unparted: list[Filed] = []
    parted: dict[Any, list[Filed]] = {}
    for position, remaining in filed:
        key = next((c for c in remaining if _source(c, kinds) == source), None)
        if key is None:
            unparted.append((position, remaining))
            continue
        rest = (position, tuple(c for c in remaining if c is not key))
        for value in _values(key):
            parted.setdefault(value, []).append(rest)
    part = Part([], source, {value: _part(group, kinds, vocabulary, levels - 1) for value, group in parted.items()})
    # what is not parted by this field may be by another one
    part.by_value[EVERY] = _part(unparted, kinds, vocabulary, levels - 1)
    return part


EVERY = object()
"""The part for facts of every value."""


def _most_selective(filed: Sequence[Filed], kinds: Mapping[str, FieldType]) -> str | None:
    """Find the field whose values leave the fewest rules to look at, if facts come as rules do; None if none helps."""
    counts: dict[str, Counter[Any]] = {}
    for _, remaining in filed:
        for source, key in {_source(c, kinds): c for c in remaining}.items():
            if source is not None:
                counts.setdefault(source, Counter()).update(_values(key))
    costs = {source: _cost(len(filed), values) for source, values in counts.items()}
    best = min(costs, key=lambda source: costs[source], default=None)
    return best if best is not None and costs[best] < 0.8 * len(filed) else None


def _cost(rules: int, values: Counter[Any]) -> float:
    parted = values.total()
    return max(0, rules - parted) + sum(count * count for count in values.values()) / parted


def _source(condition: Condition, kinds: Mapping[str, FieldType]) -> str | None:
    """Name what in a fact to look a conjunct up by; None if it cannot be."""
    match condition:
        case Predicate(name, "eq" | "in") if len(_values(condition)) <= MAX_SHARES:
            return name
        case Predicate(name, "within"):
            return twin_of(name)
        case Predicate(name, "has_any") if len(_values(condition)) <= MAX_SHARES and kinds[name] is FieldType.LIST:
            return name
    return None


def _values(condition: Condition) -> tuple[Any, ...]:
    value = condition.value if isinstance(condition, Predicate) else None
    return value if isinstance(value, tuple) else (value,)


def _pack(forms: Iterable[Form]) -> Iterator[Chunk]:
    chunk: list[Form] = []
    paths = tests = ors = 0
    for form in forms:
        if paths + form.paths > MAX_PATHS or tests + form.tests > MAX_TESTS or ors + form.ors > MAX_ORS:
            yield tuple(chunk)
            chunk, paths, tests, ors = [], 0, 0, 0
        chunk.append(form)
        paths, tests, ors = paths + form.paths, tests + form.tests, ors + form.ors
    if chunk:
        yield tuple(chunk)


def parts_for(root: Part, fact: Fact) -> Iterator[Part]:
    """Yield the parts whose rules could match a fact."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        yield part
        if not part.source:
            continue
        value = fact.get(part.source)
        for key in (EVERY, *(value if isinstance(value, tuple) else (value,))):
            below = part.by_value.get(key)
            if below is not None:
                waiting.append(below)
