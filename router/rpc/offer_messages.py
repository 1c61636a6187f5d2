"""Between messages and values: offers, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from gateway.calls.call import Call
from router.model.decision import Way
from router.model.dispatch import Answer, OpenOffer
from router.model.errors import InvalidInput
from router.model.events import OfferAnswered
from router.model.workforce import MICROS
from router.offers.service import AnswerRequest, AwayByLapses
from router.rpc.fields import MAX_NOTE

_ANSWERS: dict[Answer, Any] = {answer: routing.OfferAnswer.Answer.Value(f"ANSWER_{answer}") for answer in Answer}
_BECAUSE: dict[str, Any] = {
    "": routing.OfferAnswer.BECAUSE_UNSPECIFIED,
    **{name.removeprefix("BECAUSE_"): number for name, number in routing.OfferAnswer.Because.items() if number},
}
_WAYS: dict[Way, Any] = {way: decisions.Decision.Way.Value(f"WAY_{way}") for way in Way}


def answer_request(
    request: routing.AcceptWorkItemRequest | routing.DeclineWorkItemRequest, call: Call
) -> tuple[str, AnswerRequest]:
    """Read an answer to an offer, and whose tenant's it is; a rep answers for themselves.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    tenant, item_id = fields.name_of(request.name, "workItems")
    rep = fields.reference(request.rep, "reps", tenant, "rep") if request.rep else call.only_rep
    if not rep:
        raise InvalidInput.of("rep", "'': required, e.g. 'reps/ann', unless a rep answers for themselves")
    call.check_own(rep)
    if request.offer <= 0:
        raise InvalidInput.of("offer", f"{request.offer}: must be the number of an offer, as in WorkItem.offer.number")
    answer, reason = Answer.ACCEPTED, ""
    if isinstance(request, routing.DeclineWorkItemRequest):
        answer, reason = Answer.DECLINED, fields.text(request.reason, MAX_NOTE, "reason")
    request_id = fields.request_id(request)
    return tenant, AnswerRequest(item_id, answer, rep, request.offer, reason, request_id, call.actor)


def offer_message(tenant: str, offer: OpenOffer, expires_ms: int) -> routing.WorkItem.Offer:
    """Write an open offer; one that never lapses at 0."""
    return routing.WorkItem.Offer(
        rep=offer.rep and f"tenants/{tenant}/reps/{offer.rep}",
        number=offer.number,
        expire_time=fields.timestamp(expires_ms * 1000) if expires_ms else None,
    )


def offer_answer_message(tenant: str, event: OfferAnswered) -> routing.OfferAnswer:
    """Write what became of an offer."""
    return routing.OfferAnswer(
        answer=_ANSWERS[event.answer],
        offer=event.offer,
        rep=event.rep and f"tenants/{tenant}/reps/{event.rep}",
        reason=event.reason,
        lapses=event.lapses,
        set_away=event.set_away,
        charge=event.charge / MICROS,
        way=_WAYS[event.way] if event.way else None,
        because=_BECAUSE[event.because],
    )


def add_offers(answer: routing.ListMyWorkResponse, offers: Sequence[routing.WorkItem], more: int) -> None:
    """Write open offers into what is left of a page of work, as many as fit, and how many there are besides.

    Parameters
    ----------
    more
        Offers behind those that are given.
    """
    room = fields.PageRoom()
    room.takes(answer)
    answer.offers.extend(takewhile(room.takes, offers))
    answer.more_offers_count = len(offers) - len(answer.offers) + more


def away_message(tenant: str, lapse: AwayByLapses) -> routing.AwayByLapses:
    """Say that a rep is away by a lapse."""
    return routing.AwayByLapses(
        lapses=lapse.lapses,
        work_item=f"tenants/{tenant}/workItems/{lapse.item_id}",
        away_time=fields.timestamp(lapse.at_ms * 1000),
    )
