"""Who hears that a work item was given to somebody else, taken from who had it, or lost to who was faster."""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.deadlines.reached import GivingStep, ReachedSteps
from router.deadlines.recipients import Recipients, recipients_of_gift
from router.model.decision import Cause, Decision, DecisionEffect, Outcome
from router.model.dispatch import Answer
from router.model.events import OfferAnswered

TOLD_CAUSES = frozenset(
    {Cause.REASSIGNED, Cause.OVERRIDE, Cause.UPDATED, Cause.COVERED, Cause.COVER_ENDED, Cause.ESCALATED}
)
"""Why a work item may have gone from one to another without either having asked for it."""
MOST_IN_RACE = 20
"""To how many an offer may have been made, that those are told who did not get it: where hundreds have it nobody is."""


class GivenItem(NamedTuple):
    """A work item was given to somebody else, or taken from who had it: by which decision, by which step of a deadline,
    None: by none, and whom that told.
    """

    decision: Decision
    giving: GivingStep | None
    recipients: Recipients

    @property
    def before(self) -> str:
        """Who had it; empty: nobody."""
        return self.decision.freed

    @property
    def owner(self) -> str:
        """Who has it; empty: nobody."""
        return self.decision.rep if self.decision.outcome is Outcome.ASSIGNED else ""


class SetAway(NamedTuple):
    """A rep let so many offers lapse in a row that they were set away: the last of them of a work item."""

    item_id: str
    rep: str
    lapses: int


class TakenOffer(NamedTuple):
    """Somebody accepted what many were offered: who was faster than those who are told."""

    item_id: str
    rep: str


class GivenItems:
    """Reads what was given.

    Parameters
    ----------
    tenant
        Whose.
    store
        The log.
    planners
        The workforce of the time.
    reached
        Reads the steps of deadlines.
    """

    def __init__(self, tenant: str, store: Assignments, planners: PlannerCache, reached: ReachedSteps) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._reached = reached

    async def of(self, made: Decision | DecisionEffect) -> GivenItem | None:
        """Return what a decision gave or took; None: nothing that anybody hears of so.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        cause = made.head.cause if isinstance(made, Decision) else made.cause
        given_to = made.rep if made.outcome is Outcome.ASSIGNED else ""
        if cause not in TOLD_CAUSES or made.freed == given_to:
            return None
        (decision,) = [made] if isinstance(made, Decision) else await self._store.decisions(self._tenant, [made.number])
        head = decision.head
        roster = (await self._planners.at(self._tenant, head.rule_set_revision, head.workforce_revision)).roster
        told = recipients_of_gift(
            given_to, made.freed, made.pool, roster, made.at_ms, with_managers=cause is Cause.ESCALATED
        )
        return GivenItem(decision, await self._reached.giving(self._tenant, decision), told)


def of_offer(answered: OfferAnswered) -> tuple[SetAway | TakenOffer, Recipients] | None:
    """Return what the answer to an offer is told as, and to whom; None: it concerns nobody so."""
    if answered.set_away:
        return SetAway(answered.item_id, answered.rep, answered.lapses), Recipients((answered.rep,))
    had_it = [rep for rep, _ in answered.entitled if rep != answered.rep]
    if answered.answer is Answer.ACCEPTED and 0 < len(had_it) < MOST_IN_RACE:
        return TakenOffer(answered.item_id, answered.rep), Recipients(tuple(had_it))
    return None
