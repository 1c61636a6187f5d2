"""What RoutingService answers about offers: accepted or declined, and listed to whom they are made."""

from __future__ import annotations

from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from gateway.calls.call import Call
from router.offers.service import OfferService
from router.rpc.messages import work_item_message
from router.rpc.offer_messages import add_offers, answer_request, away_message


class OfferAnswers:
    """Answers the methods about offers; ``offers`` are the use cases."""

    def __init__(self, offers: OfferService) -> None:
        self._offers = offers

    async def answer(
        self, request: routing.AcceptWorkItemRequest | routing.DeclineWorkItemRequest, call: Call
    ) -> routing.WorkItem:
        """Accept or decline; tell the work item as it stands then, as far as whoever answered may see it."""
        tenant, wish = answer_request(request, call)
        stored = await self._offers.answer(tenant, wish, preview=request.validate_only)
        message = work_item_message(tenant, stored)
        if call.only_rep in ("", await self._offers.whose(tenant, stored.record, call.only_rep)):
            return message
        return _told_a_stranger(message, request.offer)

    async def add_work(self, request: routing.ListMyWorkRequest, answer: routing.ListMyWorkResponse) -> None:
        """Add what is offered to a rep to what they have."""
        tenant, rep = fields.name_of(request.rep, "reps", "rep")
        offered = await self._offers.work(tenant, rep)
        add_offers(answer, [work_item_message(tenant, item) for item in offered.items], offered.more)
        if away := offered.away:
            answer.away.CopyFrom(away_message(tenant, away))


def _told_a_stranger(message: routing.WorkItem, offer: int) -> routing.WorkItem:
    """Return what a rep is told of a work item that is not theirs to see, having answered an offer of it before.

    That offer they have seen: they are told it while others have it still.
    """
    told = routing.WorkItem(name=message.name, state=message.state)
    if message.offer.number == offer:
        told.offer.CopyFrom(message.offer)
    return told
