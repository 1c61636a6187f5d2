"""Decisions in words and figures, as every service tells them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from zoneinfo import ZoneInfo

from fairlead.v1 import decisions_pb2 as decisions
from gateway.calls.call import Call
from router.assignment.comparison import KnownItem
from router.assignment.queries import WorkItemQueries
from router.assignment.roster import Roster
from router.model.decision import Decision
from router.rpc.fields import View
from router.rpc.messages import AWAITED, DURABILITIES, decision_message, known_message, name_people
from router.rpc.update_messages import update_message
from router.wording.decisions import tell
from store.durability import DurabilityStatus

Mask = Callable[[Call, decisions.Decision], Awaitable[None]]


class DecisionPresenter:
    """Writes decisions.

    Parameters
    ----------
    queries
        Explain them.
    durability
        Says what they survive.
    mask
        Hides in a message what a caller may not see, before it is put in words; None: everybody sees everything.
    """

    def __init__(self, queries: WorkItemQueries, durability: DurabilityStatus, mask: Mask | None = None) -> None:
        self._queries = queries
        self._durability = durability
        self._mask = mask

    async def message(
        self, call: Call, tenant: str, decision: Decision, view: View, known: KnownItem | None = None
    ) -> decisions.Decision:
        """Write a decision in full or not; where nobody was found, with the summary of refusals in any case.

        Parameters
        ----------
        known
            How the work item stands, where this answers that it was there.
        """
        explanation = await self._queries.explained(tenant, decision, full=view.full)
        message = decision_message(tenant, decision, explanation, view)
        if call.only_pools is not None and view.full:
            _leave_out(message, call.only_pools, await self._queries.roster(tenant, decision))
        contact = await self._queries.expected_contact(tenant, decision)
        if contact is not None:
            message.expected_contact_time.FromMilliseconds(contact.at_ms)
            if contact.official_until:
                message.expected_contact_official_until = contact.official_until
        await self.add_times(tenant, decision, message)
        if decision.number:
            message.durability = DURABILITIES[self._durability.level]
        if known:
            message.known_work_item.CopyFrom(known_message(known))
        if view.full and (awaited := await self._queries.awaited(tenant, decision)):
            message.awaited = AWAITED[awaited]
        if view.tells:
            update = await self._queries.update_before(tenant, decision)
            if update:
                message.update.CopyFrom(update_message(update))
            await self._put_in_words(call, tenant, decision, message, view, is_owned=bool(update and update.rep))
        return message

    async def add_times(self, tenant: str, decision: Decision, message: decisions.Decision) -> None:
        """Write into a message what falls due after its decision."""
        due = await self._queries.contact_due(tenant, decision)
        if due is not None:
            message.contact_due_time.FromMilliseconds(due.at_ms)
            message.contact_due_official_until = due.official_until

    async def _put_in_words(
        self, call: Call, tenant: str, decision: Decision, message: decisions.Decision, view: View, *, is_owned: bool
    ) -> None:
        roster = await self._queries.roster(tenant, decision)
        name_people(message, roster)
        if self._mask is not None:
            await self._mask(call, message)
        zone = ZoneInfo(roster.records.settings.time_zone)
        never_lapses = view.full and await self._queries.never_lapses(tenant, decision)
        title = getattr(await self._queries.entered_title(tenant, decision), view.language)
        tell(message, view.language, zone, full=view.full, is_owned=is_owned, never_lapses=never_lapses, title=title)


def _leave_out(message: decisions.Decision, pools: AbstractSet[str], roster: Roster) -> None:
    """Leave out of the candidates who is of none of some pools, but for whom was found."""
    shown = [
        each
        for each in message.candidates
        if each.rep == message.rep or any(roster.is_member(each.rep.rpartition("/")[2], pool) for pool in pools)
    ]
    del message.candidates[:]
    message.candidates.extend(shown)
