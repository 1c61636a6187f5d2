"""Are offers, and what became of them, those that follow from the log? A part of ``router.history.replay``."""

from __future__ import annotations

from collections.abc import AsyncIterator

from router.assignment.expiry import expires_ms
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.history.projection import StateProjection
from router.history.reconciliation import comes_with, lapse_differences
from router.model.decision import Decision, Outcome
from router.model.dispatch import DispatchClock, OpenOffer
from router.model.events import OfferAnswered, PresenceChanged


class OfferCheck:
    """Holds the offers of a tenant to its log.

    Parameters
    ----------
    store, planners
        What is verified, and by whose calendars offers lapse.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners
        self._workforce: dict[int, int] = {}
        """By offer: the revision that it was made by."""
        self._changed: tuple[PresenceChanged, bool] | None = None
        """The last change of a presence, and whether that rep was away just before."""

    def made(self, decision: Decision) -> None:
        """Take note of a decision."""
        if decision.outcome is Outcome.OFFERED:
            self._workforce[decision.number] = decision.head.workforce_revision

    def changed(self, projection: StateProjection, event: PresenceChanged) -> None:
        """Take note of a change of presence that is not entered yet."""
        self._changed = (event, projection.is_away(event.rep, event.at_ms))

    def was_away(self, event: OfferAnswered) -> bool | None:
        """Say whether a rep was away before the event that sets them away for a lapse; None: as the log has them."""
        return self._changed[1] if self._changed and comes_with(self._changed[0], event) else None

    async def lapse_faults(self, tenant: str, projection: StateProjection, event: OfferAnswered) -> list[str]:
        """Say where a lapse, which is not entered yet, did not come at its time, or without what sets its rep away."""
        offer, faults = projection.items[event.item_id].offer, list[str]()
        name = f"event {event.number}: offer {event.offer} of {event.item_id}: LAPSED does not follow"
        if offer is None or not await self._is_due(tenant, projection, offer, event.at_ms):
            faults.append(f"{name}: it was not due")
        if event.set_away and self.was_away(event) is None:
            faults.append(f"{name}: the event before it does not set {event.rep or 'anybody'} away")
        return faults

    async def _is_due(self, tenant: str, projection: StateProjection, offer: OpenOffer, at_ms: int) -> bool:
        """Say whether an offer's time was over: by the calendars then, or, as a timer may follow late, by earlier ones
        since it was made.
        """
        if not offer.timeout_ms or at_ms < offer.at_ms + offer.timeout_ms:
            return False
        if offer.clock is DispatchClock.WALL:
            return True
        first = self._workforce.get(offer.number, projection.workforce)
        for revision in range(projection.workforce, first - 1, -1):
            roster = (await self._planners.at(tenant, projection.rules, revision)).roster
            if 0 < expires_ms(roster, offer) <= at_ms:
                return True
        return False

    async def differences(self, tenant: str, projection: StateProjection) -> AsyncIterator[str]:
        """Yield where the store keeps other offers, or lapses, than the log says."""
        for difference in lapse_differences(projection.offers.lapses, await self._store.lapses(tenant)):
            yield difference
        stored, logged = await self._store.standing_offers(tenant), projection.offers.standing
        for item_id in sorted({*stored, *logged}):
            offer = stored.get(item_id)
            if offer is None or offer != logged.get(item_id):
                says = "one that cannot be read" if item_id in stored and offer is None else offer
                yield f"offer of {item_id}: log says {logged.get(item_id, 'none')}, store {says or 'none'}"
