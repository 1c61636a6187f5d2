"""``router.erasure.ports.PersonalValues`` in memory."""

from __future__ import annotations

from collections.abc import Sequence

from router.erasure.ports import Compacted, Counts, Erasure, LogPage
from router.model.errors import RequestIdReused
from router.model.events import Content, Erased
from router.process.definition.tasks import CSAT, NPS
from tests.twins.tenants import Tenant, Tenants, opened_in


class MemoryPersonalValues(Tenants):
    """What opens sealed values."""

    async def items_of(self, tenant: str, customer: str) -> list[str]:
        """Return work items of a customer; see ``router.erasure.ports.PersonalValues``."""
        return self._tenants[tenant].projection.customers.all_of(customer)

    async def stored_contents(self, tenant: str, item_ids: Sequence[str]) -> list[Content]:
        """Return decisions and updates as they are stored."""
        events = self._tenants[tenant].events
        return [event for event in events if isinstance(event, Content) and event.item_id in item_ids]

    async def erased_before(self, tenant: str, request_id: str, fingerprint: str) -> Counts | None:
        """Return what a request erased before."""
        known = self._tenants[tenant].requests.get(request_id)
        if known is None:
            return None
        if known[0] != fingerprint:
            raise RequestIdReused(request_id)
        assert isinstance(known[1], Counts)
        return known[1]

    async def erase(self, tenant: str, erasure: Erasure, *, preview: bool = False) -> Counts:
        """Erase; see ``router.erasure.ports.PersonalValues``."""
        if erasure.request_id and not preview:
            known = await self.erased_before(tenant, erasure.request_id, erasure.fingerprint)
            if known is not None:
                return known
        state = self._tenants[tenant]
        sealed = {item_id: len(state.openings[item_id]) for item_id in erasure.item_ids if state.openings[item_id]}
        named = tuple(each for each in erasure.item_ids if each in sealed or _is_theirs(state, erasure.customer, each))
        values, scores = sum(sealed.values()), int(erasure.customer in state.customer_scores)
        items, valued, submissions, scored = erasure.before
        counts = Counts(items + len(named), valued + values, submissions + erasure.submissions, max(scored, scores))
        if preview:
            return counts
        for item_id in erasure.item_ids:
            state.openings.pop(item_id, None)
            if erasure.customer:
                state.projection.customers.forget(erasure.customer, item_id, was_sealed=item_id in sealed)
        state.customer_scores.pop(erasure.customer, None)
        for asked in (f"{name}/{item_id}" for item_id in named for name in (CSAT, NPS)):
            state.surveyed.pop(asked, None)
        if named or erasure.submissions or scores:
            state.projection.customers.forget_customer(erasure.customer)
            previous = tuple(state.projection.items[item_id].event for item_id in named)
            at_ms, number = self._time_of(state), len(state.events) + 1
            erased = Erased(number, named, values, erasure.submissions, scores, at_ms, erasure.actor, previous)
            state.events.append(erased)
            state.projection.enter_erased(erased)
        if erasure.request_id:
            state.requests[erasure.request_id] = (erasure.fingerprint, counts)
        return counts

    async def log_page(self, tenant: str, *, after: int = 0, count: int = 500) -> LogPage | None:
        """Return the contents of a slice of the log."""
        state = self._tenants[tenant]
        events = state.events[after:][:count]
        contents = [opened_in(state, event) for event in events if isinstance(event, Content)]
        return LogPage(contents, [], events[-1].number) if events else None

    async def is_sealed(self, tenant: str) -> bool:  # noqa: ARG002 (every tenant's is)
        """Memory forgot whatever was not."""
        return True

    async def compact(self) -> Compacted:
        """Memory has no files."""
        return Compacted(self._now_ms())


def _is_theirs(state: Tenant, customer: str, item_id: str) -> bool:
    """Say whether a work item in which nothing is sealed is a customer's, and not as it was erased last."""
    record = state.projection.items.get(item_id)
    if not customer or record is None or state.projection.customers.is_elsewhere(customer, item_id):
        return False
    return not isinstance(state.events[record.version - 1], Erased)
