"""Where a work item stands after a decision. Pure."""

from __future__ import annotations

from dataclasses import replace

from router.assignment.roster import Candidates
from router.model.decision import Decision, Outcome
from router.model.dispatch import OpenOffer
from router.model.records import UNASKED, ItemRecord, ItemStage
from router.model.workitem import TRANSITIONS, State


def after_decision(record: ItemRecord | None, decision: Decision, candidates: Candidates | None) -> ItemRecord:
    """Return where a work item stands after a decision; one that found nobody leaves owner and offer in place.

    Parameters
    ----------
    candidates
        Of whom somebody was found; None: nobody was.
    """
    if candidates is None and record and (record.owner or record.offer):
        return replace(record, event=decision.number)
    tried = record.tried if record else ()
    is_offered = decision.outcome is Outcome.OFFERED
    refused = record.refused if record and decision.outcome is not Outcome.ASSIGNED else ()
    return ItemRecord(
        item_id=decision.item_id,
        state=TRANSITIONS[record.state if record else State.RECEIVED][decision.outcome],
        kind=decision.kind,
        owner="" if is_offered else decision.rep,
        pool="" if is_offered else decision.pool,
        epoch=decision.epoch,
        event=decision.number,
        version=decision.number,
        content=decision.number,
        decision=decision.number,
        first=record.first if record else decision.number,
        tried=(*tried, record.owner) if record and record.owner else tried,
        fired=record.fired if record else (),
        next_date=record.next_date if record else None,
        covered=decision.head.covered,
        offer=_offer_of(decision, candidates) if candidates and is_offered else None,
        refused=refused,
        answered=record.answered if record else 0,
        stage=_stage_of(record, decision),
        satisfaction=record.satisfaction if record else UNASKED,
    )


def _stage_of(record: ItemRecord | None, decision: Decision) -> ItemStage | None:
    """Return where it stands in its process: what is reopened begins anew."""
    entered = decision.head.entered
    if entered is None:
        return record.stage if record else None
    return ItemStage(*entered, decision.number, decision.number if record else 0)


def _offer_of(decision: Decision, candidates: Candidates) -> OpenOffer:
    terms = candidates.dispatch
    return OpenOffer(decision.number, decision.rep, candidates.pool, terms.timeout_ms, terms.clock, decision.at_ms)
