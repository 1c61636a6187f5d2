"""Offers, and what became of them, as messages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.model.decision import Way
from router.model.dispatch import Answer, DispatchClock, OpenOffer
from router.model.events import OfferAnswered
from router.model.workforce import MICROS
from router.model.workitem import Kind
from router.offers.service import AwayByLapses
from router.rpc.offer_messages import add_offers, away_message, offer_answer_message, offer_message

EVENT = OfferAnswered(
    9, "crm~L-1", Kind.LEAD, Answer.ACCEPTED, 4, "ann", "east", 2, 5 * MICROS // 2, Way.GREEDY, (), 0, False, False, 0,
    4, 1_000, "mo",
)  # fmt: skip
OPEN = OpenOffer(12, "ann", "east", 900_000, DispatchClock.WALL, 1_000)


def test_an_offer_is_told_with_its_number_whom_it_is_made_to_and_when_it_lapses() -> None:
    to_one, to_many = offer_message("t", OPEN, 901_000), offer_message("t", OPEN._replace(rep=""), 0)

    assert (to_one.rep, to_one.number, to_one.expire_time.ToMilliseconds()) == ("tenants/t/reps/ann", 12, 901_000)
    assert (to_many.rep, to_many.HasField("expire_time")) == ("", False)


def test_an_acceptance_is_told_with_its_charge_and_its_way() -> None:
    assert offer_answer_message("t", EVENT) == routing.OfferAnswer(
        answer=routing.OfferAnswer.ANSWER_ACCEPTED,
        offer=4,
        rep="tenants/t/reps/ann",
        charge=2.5,
        way=decisions.Decision.WAY_GREEDY,
    )


def test_offers_take_what_room_work_leaves_in_a_page_and_the_rest_is_counted() -> None:
    wide = routing.WorkItem()
    wide.attributes.update({f"a{number}": "x" * 500 for number in range(95)})
    full, empty, crowded = (routing.ListMyWorkResponse() for _ in range(3))
    crowded.work.extend(routing.OpenWork(work_item=wide) for _ in range(71))

    add_offers(empty, [wide] * 100, 3)
    add_offers(full, [], 0)
    add_offers(crowded, [wide] * 100, 3)

    assert 60 < len(empty.offers) < 100
    assert empty.more_offers_count == 103 - len(empty.offers)
    assert (len(full.offers), full.more_offers_count) == (0, 0)
    assert (len(crowded.offers), crowded.more_offers_count) == (0, 103)
    assert max(map(routing.ListMyWorkResponse.ByteSize, (empty, crowded))) < 4 * 2**20


@pytest.mark.parametrize("answer", [*Answer])
def test_every_answer_has_its_message(answer: Answer) -> None:
    told = offer_answer_message("t", replace(EVENT, answer=answer, way=None, rep="", reason="why"))

    assert routing.OfferAnswer.Answer.Name(told.answer) == f"ANSWER_{answer}"
    assert (told.rep, told.reason, told.way) == ("", "why", decisions.Decision.WAY_UNSPECIFIED)


@pytest.mark.parametrize("because", ["COMPLETED", "UPDATED", "REASSIGNED", "OVERRIDE", "SETTLED", "LEFT"])
def test_why_an_offer_was_rescinded_is_told(because: str) -> None:
    told = offer_answer_message("t", replace(EVENT, answer=Answer.RESCINDED, way=None, because=because))

    assert routing.OfferAnswer.Because.Name(told.because) == f"BECAUSE_{because}"


def test_who_is_away_because_offers_lapsed_is_told_by_the_last_of_them() -> None:
    away = away_message("t", AwayByLapses(3, "crm~L-1", 1_000))

    assert (away.lapses, away.work_item) == (3, "tenants/t/workItems/crm~L-1")
    assert away.away_time.ToMilliseconds() == 1_000
