"""What a planner remembers, so that what is alike to it is planned alike, and fast.

Which rules match is remembered by the class of the fact, see ``rules.classes``: an engine judges each class once. Who
passes the filter of a step is remembered by all that the step asks of a fact, and counts for as long as it stands:
until somebody's hours, leave, ramp or cap changes it. Either holds for one revision of rules and workforce, and so
belongs to one planner. What depends on a work item alone, its fact and its charge, is not remembered.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property

from router.assignment.roster import Candidates
from rules.classes import FactClass, FactClasses
from rules.fields import Fact
from rules.ports import RuleEngine
from rules.ruleset import RuleSet

MOST_CLASSES = 50_000
"""Of some hundred bytes each."""
MOST_PEOPLE = 2_000_000
"""Of some 50 bytes each."""
_NOBODY = 40
"""As how many people candidates count beside those among them."""
_PERSON = 50
"""Bytes of a person: a work item may ask by lists of two hundred texts."""


class PlanMemo:
    """What is remembered of one revision; what would be too much begins anew.

    Parameters
    ----------
    rule_set, engine
        The rules, and what matches them.
    most_classes, most_people
        How much is remembered: classes of facts, and people among candidates, each as often as they are.

    Attributes
    ----------
    asked, missed
        How often something was asked for, and how often it had to be worked out.
    """

    def __init__(
        self,
        rule_set: RuleSet[object],
        engine: RuleEngine,
        most_classes: int = MOST_CLASSES,
        most_people: int = MOST_PEOPLE,
    ) -> None:
        self._rule_set = rule_set
        self._engine = engine
        self._most_classes, self._most_people = most_classes, most_people
        self._matching: dict[FactClass, tuple[str, ...]] = {}
        self._candidates: dict[tuple[Hashable, ...], Candidates] = {}
        self._people = 0
        self.asked = self.missed = 0

    @cached_property
    def _classes(self) -> FactClasses:
        return FactClasses(self._rule_set)

    def matching(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of all rules that match a fact, in order of precedence."""
        self.asked += 1
        fact_class = self._classes.of(fact)
        matching = self._matching.get(fact_class)
        if matching is None:
            self.missed += 1
            if len(self._matching) >= self._most_classes:
                self._matching.clear()
            matching = self._matching[fact_class] = self._engine.match(fact)
        return matching

    def candidates(self, key: tuple[Hashable, ...], at_ms: int) -> Candidates | None:
        """Return the candidates of a key, if they are remembered and stand at an instant."""
        self.asked += 1
        candidates = self._candidates.get(key)
        return candidates if candidates is not None and candidates.stands_at(at_ms) else None

    def keep(self, key: tuple[Hashable, ...], candidates: Candidates) -> Candidates:
        """Remember candidates that were worked out, in the place of those of the key that do not stand any more."""
        self.missed += 1
        replaced = self._candidates.pop(key, None)
        self._people += _people(key, candidates) - (_people(key, replaced) if replaced else 0)
        if self._people > self._most_people:
            self._candidates.clear()
            self._people = _people(key, candidates)
        self._candidates[key] = candidates
        return candidates


def _people(key: tuple[Hashable, ...], candidates: Candidates) -> int:
    """Return as how many people candidates count, with the texts that they are remembered by."""
    among = len(candidates.reps) + len(candidates.outside_hours) + len(candidates.on_leave)
    return _NOBODY + among + sum(map(_length, key)) // _PERSON


def _length(part: Hashable) -> int:
    return len(part) if isinstance(part, str) else sum(map(len, part)) if isinstance(part, tuple | frozenset) else 0
