"""A decision's words, composed from what its message says: who, by which rule, and why not somebody else.

The message is masked before: what its reader may not see is hidden in it already, and so in every sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from json import dumps, loads
from zoneinfo import ZoneInfo

from fairlead.v1 import decisions_pb2 as decisions
from router.assignment.explanation import Refusals, Shown
from router.assignment.recusal import OF_PARENT
from router.wording.figures import claim_of, decided_by, first_two, grouped, relation, signed
from router.wording.instants import when
from router.wording.languages import Language
from router.wording.phrases import (
    AWAITED,
    AWAITED_BY_MANY,
    COMPARISONS,
    COUNTED,
    DECIDED,
    LIFTS,
    LOST,
    MET,
    PARTS,
    REASONS,
    REFUSED,
    REQUIREMENTS,
    SENTENCES,
    STATES,
    WAYS,
    WINDOWS,
    Phrase,
)
from router.wording.updates import told

_ATTRIBUTE = "attributes."
_OFFERED = decisions.Decision.OUTCOME_OFFERED
_NOBODY = decisions.Decision.OUTCOME_WAITING, decisions.Decision.OUTCOME_UNROUTED
_TOLD_BY_CAUSE = {
    decisions.Decision.CAUSE_OVERRIDE: "override",
    decisions.Decision.CAUSE_REOPENED: "reopened",
    decisions.Decision.CAUSE_IMPORTED: "imported",
    decisions.Decision.CAUSE_COVERED: "covered",
    decisions.Decision.CAUSE_COVER_ENDED: "cover ended",
    decisions.Decision.CAUSE_ESCALATED: "escalated",
}
"""How the outcome is told where another cause than the rules led to it."""
_COUNTED = ("AT_CAPACITY", "REACHED_CAP", "OFFERS_OPEN")
"""Reasons whose values are amounts; of others they may be ids, which have no thousands."""


def tell(
    decision: decisions.Decision,
    language: Language,
    zone: tzinfo = UTC,
    *,
    full: bool,
    is_owned: bool = False,
    never_lapses: bool = False,
    title: str = "",
) -> None:
    """Write into a message what it says in words.

    Parameters
    ----------
    decision
        Masked for whom it is told to.
    zone
        Whose clocks instants are told by.
    full
        Whether it holds all candidates and predicates: then these are told too.
    is_owned
        Whether somebody owned its work item when it was updated: where nobody else can take it, it stays theirs.
    never_lapses
        Whether its offer never lapses, although its pool limits it.
    title
        What the stage is called that its work item entered by it; empty: as its id.
    """
    stays, stage = _stays(decision, is_owned=is_owned), title or decision.stage
    decision.explanation = (" " if language is Language.EN else "").join(
        _in_short(decision, language, zone, stage, stays=stays)
    )
    if not full:
        return
    decision.step_texts.extend(step_texts(decision.steps, language))
    for step in decision.step_summaries:
        step.text = _step_summary(step, decision.decide_time.ToDatetime(UTC), language, zone)
    for predicate in decision.predicates:
        predicate.explanation = _predicate(predicate, language)
    chosen, _ = first_two(decision.candidates)
    for candidate in decision.candidates:
        for reason in candidate.reasons:
            _tell_reason(reason, language)
            if reason.HasField("lift_time"):
                _tell_lift(reason, decision, language, zone)
        candidate.sentences.extend(_stood(candidate, chosen, language, is_offered=decision.outcome == _OFFERED))
    decision.sentences.extend(_sentences(decision, language, zone, stage, stays=stays))
    if never_lapses:
        decision.sentences.append(SENTENCES["never lapses"].say(language))
    if decision.HasField("contact_due_time"):
        due = when(decision.contact_due_time.ToDatetime(UTC), decision.decide_time.ToDatetime(UTC), zone, language)
        decision.sentences.append(SENTENCES["contact due"].say(language, when=due))
        decision.sentences.extend(_not_official(decision.contact_due_official_until, language))


def summary(refusals: Refusals, language: Language) -> str:
    """Sum up who was refused.

    Examples
    --------
    >>> from router.assignment.explanation import RefusedCount
    >>> counts = RefusedCount("TERRITORY", "regions", 2), RefusedCount("AT_CAPACITY", "capacity.LEAD", 1)
    >>> refusals = Refusals(1, 4, counts)
    >>> summary(refusals, Language.EN), summary(refusals, Language.ZH)
    ('1/4 reps: 2 outside the territory, 1 at capacity', '1/4 人合格：2 人不负责该区域，1 人已达容量上限')
    """
    if refusals.names_nobody:
        return PARTS["names nobody"].say(language)
    if refusals.missing_pool:
        return PARTS["missing pool"].say(language, pool=refusals.missing_pool)
    reasons = _counted((counted[:3] for counted in refusals.counts), language)
    return PARTS["summary"].say(language, eligible=refusals.eligible, members=refusals.looked_at, reasons=reasons)


def listed(shown: Shown, language: Language) -> str:
    """Write a value, or several one behind the other.

    Examples
    --------
    >>> listed(("制造业", "汽车"), Language.ZH), listed(("east", "west"), Language.EN), listed("east", Language.ZH)
    ('制造业、汽车', 'east, west', 'east')
    """
    return shown if isinstance(shown, str) else _enumerated(shown, language)


def _listed_json(shown: str, language: Language) -> str:
    """Write a list that is shown as JSON in the manner of a language; anything else as it is."""
    if not shown.startswith("["):
        return shown
    return f"[{_enumerated((dumps(each, ensure_ascii=False) for each in loads(shown)), language)}]"


def _step_summary(step: decisions.StepSummary, told: datetime, language: Language, zone: tzinfo) -> str:
    """Sum up a step, with the instants at which reasons first end."""
    if step.missing_pool:
        return PARTS["missing pool"].say(language, pool=step.missing_pool)
    reasons = _listed((_refused(each, told, language, zone) for each in step.refused), language)
    return PARTS["summary"].say(language, eligible=step.eligible, members=step.members, reasons=reasons)


def _refused(refused: decisions.Refused, told: datetime, language: Language, zone: tzinfo) -> str:
    counted = _count(refused.code, refused.field, refused.count, language)
    if not refused.HasField("lift_time"):
        return counted
    lift = when(refused.lift_time.ToDatetime(UTC), told, zone, language)
    return PARTS["earliest"].say(language, counted=counted, when=lift)


def _stays(decision: decisions.Decision, *, is_owned: bool) -> bool:
    """Say whether nobody else was found for what therefore stays where it is."""
    if decision.outcome not in _NOBODY:
        return False
    is_update = decision.cause == decisions.Decision.CAUSE_UPDATED
    return decision.cause == decisions.Decision.CAUSE_REASSIGNED or (is_update and is_owned)


def _in_short(
    decision: decisions.Decision, language: Language, zone: tzinfo, stage: str, *, stays: bool
) -> Iterator[str]:
    if decision.outcome == decisions.Decision.OUTCOME_EXISTING_OWNER:
        yield SENTENCES["existing"].say(language, number=_last(decision.name))
    elif decision.outcome == _OFFERED and decision.HasField("known_work_item"):
        yield SENTENCES["offered already"].say(language, number=_last(decision.name))
    if stays:
        facts = {"parent": _last(decision.parent), "named": _last(decision.routed_pool)}
        yield SENTENCES[_key("stays", decision)].say(language, rule=_rule(decision), **facts)
        return
    yield _outcome(decision, language)
    if decision.repeat_of:
        key = "raised" if decision.severity else "repeats"
        facts = {"before": decision.earlier_severity, "after": decision.severity}
        yield SENTENCES[key].say(language, item=_last(decision.repeat_of), **(facts if decision.severity else {}))
    if decision.stage:
        yield PARTS["in stage"].say(language, stage=stage)
    contact, decided = (each.ToDatetime(UTC) for each in (decision.expected_contact_time, decision.decide_time))
    if decision.HasField("expected_contact_time") and contact > decided and decision.outcome != _OFFERED:
        rep = decision.rep_display_name or _last(decision.rep)
        sentence = SENTENCES["contact owner" if decision.rep else "contact WAITING"]
        yield sentence.say(language, rep=rep, when=when(contact, decided, zone, language))
        yield from _not_official(decision.expected_contact_official_until, language)


def _not_official(until: str, language: Language) -> Iterator[str]:
    if until:
        yield SENTENCES["not official"].say(language, date=until)


def _outcome(decision: decisions.Decision, language: Language) -> str:
    """Say in one sentence what came of it."""
    facts = {
        "rule": _rule(decision),
        "parent": _last(decision.parent),
        "named": _last(decision.routed_pool),
        "pool": _last(decision.pool),
        "rep": decision.rep_display_name or _last(decision.rep),
    }
    if not decision.rep:
        key = decisions.Decision.Outcome.Name(decision.outcome).removeprefix("OUTCOME_")
        return SENTENCES[_key(key, decision)].say(language, **facts)
    if decision.outcome == _OFFERED:
        return SENTENCES[_key("offered", decision)].say(language, **facts)
    if _is_kept(decision):
        return SENTENCES["kept"].say(language, **facts)
    if told := _TOLD_BY_CAUSE.get(decision.cause):
        note = PARTS["note"].say(language, note=decision.note) if decision.note else ""
        covered = decision.covered_rep_display_name or _last(decision.covered_rep)
        key = _key(told, decision) if told == "escalated" else told
        return SENTENCES[key].say(language, note=note, covered=covered, **facts)
    return SENTENCES[_key("owner" if decision.pool else "owner alone", decision)].say(language, **facts)


def _is_kept(decision: decisions.Decision) -> bool:
    """Say whether a manager keeps what others did not attend to."""
    is_apart = decision.way == decisions.Decision.WAY_APART
    return is_apart and decision.cause == decisions.Decision.CAUSE_ESCALATED


def _key(sentence: str, decision: decisions.Decision) -> str:
    """Return under what a sentence stands: that of what a process routes to a pool names it, and no rule; that of a
    child else its parent.
    """
    if decision.routed_pool:
        return f"routed {sentence}"
    return f"child {sentence}" if decision.parent else sentence


def _rule(decision: decisions.Decision) -> str:
    return decision.matched_rules[0] if decision.matched_rules else "default"


def _sentences(
    decision: decisions.Decision, language: Language, zone: tzinfo, stage: str, *, stays: bool
) -> Iterator[str]:
    yield from _in_short(decision, language, zone, stage, stays=stays)
    if decision.HasField("known_work_item"):
        yield from _known(decision.known_work_item, language)
    cause = decisions.Decision.Cause.Name(decision.cause).removeprefix("CAUSE_")
    if decision.cause == decisions.Decision.CAUSE_WOKEN and decision.outcome in _NOBODY:
        pass  # no change made room
    elif decision.awaited:
        yield _awaited(decision, language)
    elif cause in SENTENCES and not _is_kept(decision):
        yield SENTENCES[cause].say(language)
    if decision.HasField("update"):
        yield told(decision.update, language)
    if len(decision.steps) > 1:
        yield SENTENCES["steps"].say(language, steps=_steps(decision, language))
    members = [c for c in decision.candidates if not c.reasons or c.reasons[0].code != "NOT_A_MEMBER"]
    if members and (decision.pool or not decision.rep) and decision.way != decisions.Decision.WAY_APART:
        yield _eligible(members, language)
    if decision.outcome == _OFFERED:
        yield SENTENCES["offer counts" if decision.rep else "broadcast counts"].say(language)
    if not decision.rep or not decision.pool:
        return
    if decision.way == decisions.Decision.WAY_GREEDY:
        yield from _why(decision.candidates, language)
    else:
        yield WAYS[decisions.Decision.Way.Name(decision.way)].say(language)


def _awaited(decision: decisions.Decision, language: Language) -> str:
    name = decisions.Decision.Awaited.Name(decision.awaited)
    if not decision.rep and name in AWAITED_BY_MANY:
        return AWAITED_BY_MANY[name].say(language)
    return AWAITED[name].say(language, rep=decision.rep_display_name or _last(decision.rep))


def _known(known: decisions.KnownWorkItem, language: Language) -> Iterator[str]:
    if not known.owner_active and known.state != "OFFERED":
        yield SENTENCES["owner inactive"].say(language)
    if not known.open:
        yield SENTENCES["closed"].say(language, state=STATES[known.state].say(language))
    if known.differences:
        listed = _enumerated((_difference(each, language) for each in known.differences), language)
        yield SENTENCES["differs"].say(language, differences=listed)
    if known.erased:
        fields = _enumerated((name.removeprefix(_ATTRIBUTE) for name in known.erased), language)
        yield SENTENCES["erased"].say(language, fields=fields)


def _difference(difference: decisions.Difference, language: Language) -> str:
    none = PARTS["none"].say(language)
    return PARTS["difference"].say(
        language,
        field=difference.field.removeprefix(_ATTRIBUTE),
        stored=_listed_json(difference.stored, language) or none,
        sent=_listed_json(difference.sent, language) or none,
    )


def _steps(decision: decisions.Decision, language: Language) -> str:
    """Tell the steps tried, each by what it changed; the last one found somebody, or nobody either."""
    nobody = PARTS["nobody"].say(language)
    *others, last = [_change(change, language) for _, change in _changes(decision.steps)]
    found = decision.rep or decision.outcome == _OFFERED
    return " → ".join([*(step + nobody for step in others), last + ("" if found else nobody)])


def step_texts(steps: Iterable[str], language: Language) -> list[str]:
    """Say each step of a route.

    Examples
    --------
    >>> step_texts(["pool east", "pool east, without industries", "pool south"], Language.ZH)
    ['分配池 east', '分配池 east，不限 industries', '分配池 south']
    """
    texts: list[str] = []
    for goes_on, change in _changes(steps):
        text = _change(change, language)
        texts.append(PARTS["comma"].say(language).join([texts[-1], text]) if goes_on else text)
    return texts


def _changes(steps: Iterable[str]) -> Iterator[tuple[bool, str]]:
    """Yield what each step changes in the one before, and whether it goes on from there at all."""
    before = ""
    for step in steps:
        goes_on = bool(before) and step.startswith(f"{before}, ")
        yield goes_on, step.removeprefix(f"{before}, ") if goes_on else step
        before = step


def _change(change: str, language: Language) -> str:
    """Say one; steps are called as ``router.assignment.planner`` does."""
    if change.startswith("without "):
        return PARTS["without"].say(language, fields=_enumerated(change.removeprefix("without ").split(", "), language))
    if change.endswith(" widened"):
        return PARTS["widened"].say(language, field=change.removesuffix(" widened"))
    if change == "hours do not count":
        return PARTS["hours"].say(language)
    kind, _, name = change.partition(" ")
    return PARTS[kind].say(language, name=name)


def _eligible(members: Sequence[decisions.Candidate], language: Language) -> str:
    """Count the members of the pool by their first reason."""
    eligible = sum(not member.reasons for member in members)
    first = Counter((member.reasons[0].code, member.reasons[0].field) for member in members if member.reasons)
    reasons = _counted(((code, field, count) for (code, field), count in first.most_common()), language)
    return SENTENCES["refused"].say(language, eligible=eligible, members=len(members), reasons=reasons)


def _counted(counts: Iterable[tuple[str, str, int]], language: Language) -> str:
    """List how many each reason refused; empty where it refused nobody."""
    return _listed((_count(code, field, count, language) for code, field, count in counts), language)


def _count(code: str, field: str, count: int, language: Language) -> str:
    return PARTS["count"].say(language, count=count, refused=COUNTED[code].say(language, field=field))


def _listed(texts: Iterable[str], language: Language) -> str:
    texts = list(texts)
    return PARTS["listed"].say(language, list=PARTS["comma"].say(language).join(texts)) if texts else ""


def _why(candidates: Sequence[decisions.Candidate], language: Language) -> Iterator[str]:
    """Say what made the choice."""
    chosen, rival = first_two(candidates)
    if chosen is None:
        return
    facts = {} if rival is None else {"next": _called(rival), "next_claim": claim_of(rival), "other": rival.score}
    yield DECIDED[decided_by(candidates)].say(language, claim=claim_of(chosen), score=chosen.score, **facts)


def _stood(
    candidate: decisions.Candidate, chosen: decisions.Candidate | None, language: Language, *, is_offered: bool
) -> Iterator[str]:
    """Say how somebody stood, and what they lacked for being chosen."""
    name = _called(candidate)
    if candidate.reasons:
        yield SENTENCES["refused one"].say(language, name=name)
    elif chosen is None or candidate.rep == chosen.rep:
        offered = "may accept it" if chosen is None else "is offered it"
        yield SENTENCES[offered if is_offered else "got it"].say(language, name=name)
    else:
        yield SENTENCES["eligible one"].say(language, name=name)
        yield _claim(chosen, language)
        yield _claim(candidate, language)
        yield LOST[relation(chosen, candidate)].say(
            language,
            name=name,
            short=claim_of(chosen) - claim_of(candidate),
            after=signed(candidate.deficit_after),
            score=chosen.score,
            other=candidate.score,
        )


def _claim(candidate: decisions.Candidate, language: Language) -> str:
    return SENTENCES["claim"].say(
        language,
        name=_called(candidate),
        deficit=signed(candidate.deficit_before),
        share=candidate.entitlement,
        claim=claim_of(candidate),
    )


def _phrase(code: str, field: str) -> Phrase:
    """Return the words of a reason: of its field, if there are such, else of its code; those of a parent are apart."""
    whose = f"{code} {OF_PARENT[:-1]}" if field.startswith(OF_PARENT) else code
    return REASONS.get(f"{code} {field}") or REASONS[whose]


def _tell_reason(reason: decisions.Reason, language: Language) -> None:
    code, field, operator = reason.code, reason.field, reason.operator
    phrase = REQUIREMENTS[operator] if operator else _phrase(code, field)
    field = field.removeprefix(OF_PARENT)
    actual = reason.actual or PARTS["none"].say(language)
    reason.short_text = REFUSED[code].say(language, field=field)
    window, required = WINDOWS[reason.window].say(language), reason.required
    if code in _COUNTED:
        actual, required = grouped(actual), grouped(required)
    reason.text = phrase.say(language, field=field, actual=actual, required=required, window=window)


def _tell_lift(reason: decisions.Reason, decision: decisions.Decision, language: Language, zone: tzinfo) -> None:
    """Say when a reason ends, by the rep's own clocks; their zone where it is not the one of everybody's."""
    own = ZoneInfo(reason.time_zone) if reason.time_zone else zone
    lift = when(reason.lift_time.ToDatetime(UTC), decision.decide_time.ToDatetime(UTC), own, language)
    if str(own) != str(zone):
        lift = PARTS["elsewhere"].say(language, when=lift, zone=own)
    reason.text = LIFTS[reason.code].say(language, reason=reason.text, when=lift)
    if reason.official_until:
        reason.text = PARTS["unofficial"].say(language, reason=reason.text, date=reason.official_until)


def _predicate(predicate: decisions.Predicate, language: Language) -> str:
    """Say a comparison, and what it met."""
    met = "value" if predicate.actual else "erased" if predicate.erased else "missing"
    of_range = predicate.op == "between"  # whose ends are written as mathematics has them
    expected = predicate.expected if of_range else _listed_json(predicate.expected, language)
    comparison = COMPARISONS[predicate.op].say(language, field=predicate.field, expected=expected)
    actual = _listed_json(predicate.actual, language)
    return PARTS["met"].say(language, comparison=comparison, met=MET[met].say(language, actual=actual))


def _enumerated(texts: Iterable[str], language: Language) -> str:
    return PARTS["enumerated"].say(language).join(texts)


def _called(candidate: decisions.Candidate) -> str:
    return candidate.rep_display_name or _last(candidate.rep)


def _last(name: str) -> str:
    return name.rpartition("/")[2]
