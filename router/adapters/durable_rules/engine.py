"""The durable-rules engine behind the port. This is the only module that imports it.

How it is used, and why (measured on 2.0.28, where each of these has crashed, hung, leaked or lied otherwise):

* its C functions are called directly: its own host starts threads that steal results and outlive what they use;
* one lock round assert → collect → retract, in the whole process;
* one fixed ``sid`` and one fixed ``id`` per handle, and every fact retracted: nothing accumulates;
* results are collected one by one and deduplicated: a rule with two true branches fires twice;
* each handle runs one action when it is made, because deleting the state of one that never ran any crashes;
* disposal deletes the state first, then the rule set.

Conditions, facts and limits are the business of ``encoding``.
"""

from __future__ import annotations

import json
import logging
import threading

import durable_rules_engine as _c

from router.adapters.durable_rules.encoding import ANY, Chunk, EncodedRule, Inexpressible, Vocabulary, chunks
from rules.fields import Fact
from rules.index import IndexEngine
from rules.ruleset import RuleSet

_LOCK = threading.RLock()
_RETRACT = '{"id":"f","sid":"0"}'
_WARM_UP = "_any"
_log = logging.getLogger(__name__)


class DurableEngine:
    """Matches by durable-rules; rules that it cannot express safely are matched by the index.

    Building takes 0.2 ms a rule, and every chunk of rules costs some microseconds a match.
    """

    name = "durable"

    def __init__(self, rule_set: RuleSet[object]) -> None:
        self._rule_set = rule_set
        self._ids = tuple(rule.id for rule in rule_set.rules)
        self._vocabulary = Vocabulary(rule_set)
        forms, left_over = _encoded(rule_set, self._vocabulary)
        self._left_over = _index_of(rule_set, left_over) if left_over else None
        self._positions = {rule_set.rules[position].id: position for position in left_over}
        self._standby: IndexEngine | None = None
        self._handles: list[int] = []
        self._closed = False
        try:
            for chunk in chunks(forms):
                self._handles.append(_create(chunk))
        except BaseException:
            self.close()
            raise

    @property
    def left_over_count(self) -> int:
        """How many rules are matched by the index instead."""
        return len(self._positions)

    def match(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of all matching rules in order of precedence.

        Once closed, the index answers: whoever still holds a rule set that was replaced decides by it to the end.
        """
        if self._standby is not None:
            return self._standby.match(fact)
        positions = self._matching(fact)
        if self._left_over is not None:
            positions.update(self._positions[id_] for id_ in self._left_over.match(fact))
        return tuple(self._ids[position] for position in sorted(positions))

    def close(self) -> None:
        """Dispose of all handles; closing twice is allowed."""
        with _LOCK:
            self._closed = True
            handles, self._handles = self._handles, []
            for handle in handles:
                _dispose(handle)

    def _matching(self, fact: Fact) -> set[int]:
        text = self._vocabulary.fact(fact)
        places: set[int] = set()
        with _LOCK:
            if self._closed:
                return self._by_index(fact)
            try:
                for handle in self._handles:
                    _collect(handle, text, places)
            except Exception as error:
                return self._give_up(fact, error)
        return places

    def _give_up(self, fact: Fact, error: Exception) -> set[int]:
        # Nothing is known about a handle that has failed: the index answers from now on. It is not expected; the
        # trial before publication is there to see it first. The error's text repeats the fact, which may be personal.
        kind = type(error).__name__
        _log.error("durable-rules failed on a fact (%s); the index serves this rule set from now on", kind)
        return self._by_index(fact)

    def _by_index(self, fact: Fact) -> set[int]:
        self._standby = IndexEngine(self._rule_set)
        matching = set(self._standby.match(fact))
        return {position for position, id_ in enumerate(self._ids) if id_ in matching}


def _encoded(rule_set: RuleSet[object], vocabulary: Vocabulary) -> tuple[list[EncodedRule], list[int]]:
    """Write what has a safe form; the second part holds the positions of the others."""
    forms, left_over = [], []
    for position, rule in enumerate(rule_set.rules):
        try:
            forms.append(vocabulary.form(position, rule.when))
        except Inexpressible:
            left_over.append(position)
    return forms, left_over


def _index_of(rule_set: RuleSet[object], positions: list[int]) -> IndexEngine:
    rules = tuple(rule_set.rules[position] for position in positions)
    return IndexEngine(RuleSet(rule_set.fields, rules, rule_set.default))


def _create(chunk: Chunk) -> int:
    rules = {f"r{form.position}": {"all": [{"m": form.ast}]} for form in chunk}
    # its rule is met by the warm-up alone: facts carry _any: 1
    rules[_WARM_UP] = {"all": [{"m": {"$and": [ANY, {"_any": 2}]}}]}
    with _LOCK:
        handle: int = _c.create_ruleset("m", json.dumps(rules, allow_nan=False))
        result, state = _c.assert_fact(handle, '{"id":"f","sid":"0","_any":2}')
        if result:
            raise RuntimeError(f"durable-rules did not run the warm-up: {result}")
        action = _c.start_action_for_state(handle, state)
        while action is not None:
            action = _c.complete_and_start_action(handle, state)
        _c.retract_fact(handle, _RETRACT)
    return handle


def _collect(handle: int, text: str, places: set[int]) -> None:
    try:
        result, state = _c.assert_fact(handle, text)
        if result:  # nothing matched
            return
        action = _c.start_action_for_state(handle, state)
        message = action[1] if action else None
        while message is not None:
            # '{"r12":{"m":…'
            places.add(int(message[3 : message.index('"', 3)]))
            message = _c.complete_and_start_action(handle, state)
    finally:
        _c.retract_fact(handle, _RETRACT)


def _dispose(handle: int) -> None:
    _c.delete_state(handle, "0")
    _c.delete_ruleset(handle)
