"""Every code, outcome, cause, state, operator and label is told in each language, and in Chinese by Chinese words.

What is known is read off the contract and the code, so that what is added to them is asked for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from fairlead.v1 import decisions_pb2 as decisions
from router.assignment.explanation import REASON_CODES
from router.cli import labels
from router.model.decision import Cause, Outcome
from router.model.workitem import CLOSED_STATES
from router.process.definition.deadlines import Act, ClockOwner, RecipientRole, Since, Until
from router.rules.forms import REQUIREMENT_OPERATORS
from router.wording import message_phrases, phrases, process_phrases
from router.wording.figures import decided_by
from router.wording.languages import Language
from router.wording.phrases import Phrase
from rules.conditions import TWINNED
from rules.durations import MAX_AMOUNTS
from rules.forms import CONDITION_OPERATORS as OPERATORS
from tests.unit.router.wording.deciding import (
    ALONE,
    ELIGIBLE,
    EQUAL,
    INELIGIBLE,
    LARGEST,
    WITHIN_THE_BAND,
    candidate,
    decided,
    refused,
    told,
)

TABLES: Mapping[str, Mapping[str, Phrase]] = {
    name: table
    for module in (phrases, process_phrases, message_phrases, labels)
    for name, table in vars(module).items()
    if name.isupper() and isinstance(table, dict)
}
EVERY = [(f"{name} {key}", phrase) for name, table in TABLES.items() for key, phrase in table.items()]
_FILLED_IN = re.compile(r"\{[^}]*\}")
WHERE_IT_STANDS = {
    "NOT_A_MEMBER": ("pool", "rep"),
    "AT_CAPACITY": ("capacity.LEAD",),
    "CONFLICT": ("grade", "handlers"),
}


def test_a_phrase_is_in_every_language_and_no_other() -> None:
    assert len(EVERY) > 300
    assert [(where, fault) for where, phrase in EVERY for fault in _faults(phrase)] == []


def _faults(phrase: Phrase) -> Iterator[str]:
    english, chinese = (_FILLED_IN.sub("", phrase.en), _FILLED_IN.sub("", phrase.zh))
    if phrase._fields != tuple(Language):
        yield "a language is missing"
    if re.search(r"[A-Za-z]", chinese):
        yield "Latin words in Chinese"
    if re.search(r"[\u3000-\u9fff\uff00-\uffef]", english):
        yield "Chinese in English"
    if re.search(r"[一-鿿] \{|\} [一-鿿]", phrase.zh):
        yield "a blank that saying sets"
    if sorted(_names(phrase.en)) != sorted(_names(phrase.zh)):
        yield "another thing is told"
    if phrase.en == phrase.zh:
        yield "equal in both"


@pytest.mark.parametrize(
    ("phrase", "fault"),
    [
        (Phrase("a {rep}", "丙{rep}B"), "Latin words in Chinese"),
        (Phrase("a 丙 {rep}", "丙{rep}"), "Chinese in English"),
        (Phrase("a {rep}", "丙{pool}"), "another thing is told"),
        (Phrase("{rep}", "{rep}"), "equal in both"),
        (Phrase("a {rep}", "丙 {rep}"), "a blank that saying sets"),
        (Phrase("{rep} a", "{rep} 丙"), "a blank that saying sets"),
    ],
)
def test_a_fault_of_a_phrase_is_found(phrase: Phrase, fault: str) -> None:
    assert list(_faults(phrase)) == [fault]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("李娜", "派给李娜接单"),
        ("𠮷田", "派给𠮷田接单"),
        ("（空）", "派给（空）接单"),
        ("li-na", "派给 li-na 接单"),
        ("José", "派给 José 接单"),
        ("Ольга", "派给 Ольга 接单"),
        (12, "派给 12 接单"),
        ("+0.50", "派给 +0.50 接单"),
        ("−3", "派给 −3 接单"),
        ("12%", "派给 12% 接单"),
        ("--csv", "派给 --csv 接单"),
        ("/a/b.csv", "派给 /a/b.csv 接单"),
        ("'华东'", "派给 '华东' 接单"),
        ("[0, 1)", "派给 [0, 1) 接单"),
        ("周二 08:00", "派给周二 08:00 接单"),
        ("", "派给接单"),
    ],
)
def test_a_blank_parts_chinese_from_other_writing_and_from_nothing_else(value: object, said: str) -> None:
    assert Phrase("{value}", "派给{value}接单").say(Language.ZH, value=value) == said


def _names(text: str) -> Iterator[str]:
    names = (match.strip("{}").split(":")[0] for match in _FILLED_IN.findall(text))
    return (name for name in names if name != "s")  # of an English plural


def test_every_operator_of_the_rules_is_told() -> None:
    assert set(phrases.COMPARISONS) == {*OPERATORS, *TWINNED}
    assert set(phrases.REQUIREMENTS) == set(REQUIREMENT_OPERATORS)


def test_every_reason_is_told_and_the_contract_names_it() -> None:
    assert set(phrases.REFUSED) == set(REASON_CODES)


def test_all_that_a_process_says_is_told() -> None:
    told = [process_phrases.UNTIL, process_phrases.SINCE, process_phrases.CLOCKS, process_phrases.ACTS]
    told += [process_phrases.ROLES, process_phrases.UNITS]

    assert [set(table) for table in told] == [
        set(each) for each in (Until, Since, ClockOwner, Act, RecipientRole, MAX_AMOUNTS)
    ]


def test_every_closed_state_is_told() -> None:
    assert set(phrases.STATES) == CLOSED_STATES


def test_every_way_of_choosing_is_told() -> None:
    ways = {decided_by(each) for each in (ALONE, LARGEST, EQUAL, WITHIN_THE_BAND)}

    assert set(phrases.DECIDED) == ways
    assert set(phrases.LOST) == ways - {"only"}


def _first(outcome: Outcome) -> tuple[tuple[decisions.Candidate, ...], ...]:
    """Return candidates that a decision of an outcome may have."""
    chosen, nobody = (ALONE, LARGEST, EQUAL, WITHIN_THE_BAND), (candidate("bo", INELIGIBLE),)
    match outcome:
        case Outcome.ASSIGNED | Outcome.EXISTING_OWNER:
            return chosen
        case Outcome.OFFERED:
            return (*chosen, (candidate("anna", ELIGIBLE, 0.0, 0.5), candidate("bo", ELIGIBLE, 0.0, 0.5)))
        case _:
            return (nobody,)


def everything() -> Iterator[decisions.Decision]:
    """Yield decisions of every outcome, cause, reason and operator."""
    refusals = [
        refused("cy", code, field, "1", "2", op)
        for code in REASON_CODES
        for field in WHERE_IT_STANDS.get(code, ("grade",))
        for op in ([""] if code not in ("TERRITORY", "INDUSTRY", "SKILL", "LANGUAGE", "ATTRIBUTE") else ["eq"])
    ] + [refused("cy", "ATTRIBUTE", "grade", "", "2", op) for op in REQUIREMENT_OPERATORS]
    predicates = [decisions.Predicate(field="n", op=op, expected="1", actual="2") for op in OPERATORS]
    predicates.append(decisions.Predicate(field="n", op="eq", expected="1", erased=True))
    known = decisions.KnownWorkItem(
        state="CLOSED", differences=[decisions.Difference(field="value", sent="1.0")], erased=["attributes.n"]
    )
    steps = ["pool p", "pool p, without industries", "pool p, without industries, n widened"]
    steps += ["pool p, without industries, n widened, hours do not count", "rep cy"]
    summaries = [decisions.StepSummary(members=2, refused=[decisions.Refused(code=code, field="grade", count=1)])
                 for code in REASON_CODES]  # fmt: skip
    summaries[0].refused[0].lift_time.FromSeconds(1)
    summaries.append(decisions.StepSummary(missing_pool="p"))
    shared = {"steps": steps, "step_summaries": summaries, "predicates": predicates, "known_work_item": known}
    for outcome in Outcome:
        for cause in Cause:
            for first in _first(outcome):
                yield decided(
                    *first,
                    *refusals,
                    outcome=decisions.Decision.Outcome.Value(f"OUTCOME_{outcome}"),
                    cause=decisions.Decision.Cause.Value(f"CAUSE_{cause}"),
                    **shared,
                )


_VALUES = re.compile(
    r"\b(anna|bo|cy|cars|east|p|n|grade|value|industries|capacity\.LEAD|default|regions|south)\b", re.I
)


def test_whatever_is_decided_is_told_in_chinese_by_chinese_words_alone() -> None:
    for decision in everything():
        for text in texts(told(decision, Language.ZH)):
            assert re.search(r"[A-Za-z]", _VALUES.sub("", text)) is None, text


def test_whatever_is_decided_is_told_otherwise_in_each_language() -> None:
    for decision in everything():
        english, chinese = [*texts(told(decision))], [*texts(told(decision, Language.ZH))]
        assert len(english) == len(chinese)
        assert not {*english} & {*chinese}


def texts(decision: decisions.Decision) -> Iterator[str]:
    """Yield all that is told."""
    yield from (decision.explanation, *decision.sentences, *decision.step_texts)
    yield from (step.text for step in decision.step_summaries)
    yield from (predicate.explanation for predicate in decision.predicates)
    for each in decision.candidates:
        yield from each.sentences
        yield from (text for reason in each.reasons for text in (reason.text, reason.short_text))
