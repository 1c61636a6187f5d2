"""Between messages and values: offers, and what became of them."""

from __future__ import annotations

from typing import Any

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from gateway.fields import timestamp
from router.model.decision import Way
from router.model.dispatch import Answer, OpenOffer
from router.model.events import OfferAnswered
from router.model.workforce import MICROS

_ANSWERS: dict[Answer, Any] = {answer: routing.OfferAnswer.Answer.Value(f"ANSWER_{answer}") for answer in Answer}
_WAYS: dict[Way | None, Any] = {
    None: decisions.Decision.WAY_UNSPECIFIED,
    **{way: decisions.Decision.Way.Value(f"WAY_{way}") for way in Way},
}


def offer_message(tenant: str, offer: OpenOffer, expire_ms: int | None) -> routing.WorkItem.Offer:
    """Write an open offer; ``expire_ms`` is when it lapses, in milliseconds since 1970, None: never."""
    return routing.WorkItem.Offer(
        rep=f"tenants/{tenant}/reps/{offer.rep}" if offer.rep else "",
        number=offer.number,
        expire_time=None if expire_ms is None else timestamp(expire_ms * 1000),
    )


def offer_answer_message(tenant: str, event: OfferAnswered) -> routing.OfferAnswer:
    """Write what became of an offer, without the name of the rep."""
    return routing.OfferAnswer(
        answer=_ANSWERS[event.answer],
        offer=event.offer,
        rep=f"tenants/{tenant}/reps/{event.rep}" if event.rep else "",
        reason=event.reason,
        lapses=event.lapses,
        set_away=event.set_away,
        charge=event.charge / MICROS,
        way=_WAYS[event.way],
    )


def away_message(tenant: str, lapse: OfferAnswered) -> routing.AwayByLapses:
    """Say that a rep is away by a lapse."""
    return routing.AwayByLapses(
        lapses=lapse.lapses,
        work_item=f"tenants/{tenant}/workItems/{lapse.item_id}",
        away_time=timestamp(lapse.at_ms * 1000),
    )
