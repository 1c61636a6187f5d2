"""Offers as clients see them: what is offered, accepted, declined and told, and who wins where two act at once."""

from __future__ import annotations

from grpc import StatusCode as Code

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import dispatch_pb2 as dispatch
from fairlead.v1 import fairness_pb2 as fairness
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from tests.api import Api
from tests.integration.routing.arranging import everyone, refused

OFFERED = decisions.Decision.OUTCOME_OFFERED


async def offering(api: Api, *reps: str) -> None:
    """Have a pool of reps be offered its work."""
    await everyone(api, *reps)
    pool = workforce.Pool(name=f"{api.parent}/pools/everyone")
    pool.dispatch.CopyFrom(dispatch.DispatchPolicy(mode="DISPATCH_OFFER", lapses_until_away=2))
    pool.dispatch.timeout.FromSeconds(900)
    request = workforce.UpdatePoolRequest(pool=pool)
    request.update_mask.paths.append("dispatch")
    await api.workforce.UpdatePool(request)
    await api.adopt({"fields": {}, "default": {"route": {"pool": "everyone", "fallback": ["wait"]}}})


async def test_an_offer_is_told_accepted_once_and_lapses_no_more(api: Api) -> None:
    await offering(api, "ann", "bo")

    offer = await api.route("L-1")
    other = {"ann": "bo", "bo": "ann"}[offer.rep.rpartition("/")[2]]
    item = await api.routing.GetWorkItem(routing.GetWorkItemRequest(name=offer.work_item))
    work = await api.routing.ListMyWork(routing.ListMyWorkRequest(rep=offer.rep))
    accept = routing.AcceptWorkItemRequest(name=offer.work_item, rep=offer.rep, offer=item.offer.number, request_id="a")
    accepted = [await api.routing.AcceptWorkItem(accept) for _ in range(2)]
    accept.rep, accept.request_id = api.rep_name(other), "b"
    error = await refused(api.routing.AcceptWorkItem(accept))

    assert (offer.outcome, offer.epoch, offer.way) == (OFFERED, 0, decisions.Decision.WAY_GREEDY)
    assert (item.state, item.owner, item.offer.rep) == (routing.WorkItem.STATE_OFFERED, "", offer.rep)
    assert offer.name.endswith(f"/{item.offer.number}")
    assert item.offer.expire_time.ToMilliseconds() == offer.decide_time.ToMilliseconds() + 900_000
    assert [each.name for each in work.offers] == [offer.work_item]
    assert accepted[0] == accepted[1]
    assert (accepted[0].owner, accepted[0].epoch, accepted[0].HasField("offer")) == (offer.rep, 1, False)
    assert error.code() is Code.FAILED_PRECONDITION
    owner = offer.rep.rpartition("/")[2]
    assert f"offer {item.offer.number} is not open to {other}: {owner} accepted it" in (error.details() or "")
    report = await api.fairness.GetFairnessReport(
        fairness.GetFairnessReportRequest(pool=f"{api.parent}/pools/everyone")
    )
    assert (report.largest_offered, report.largest_entitled, report.bound) == (1.0, 0.5, 1.25)
    assert report.received_by[offer.rep].greedy == 1.0


async def test_a_decline_is_told_with_its_reason_and_somebody_else_is_asked(api: Api) -> None:
    await offering(api, "ann", "bo")
    offer = await api.route("L-1")
    number = int(offer.name.rpartition("/")[2])

    declined = await api.routing.DeclineWorkItem(
        routing.DeclineWorkItemRequest(name=offer.work_item, rep=offer.rep, offer=number, reason="on the phone")
    )
    timeline = await api.routing.GetTimeline(routing.GetTimelineRequest(name=offer.work_item))

    assert declined.state == routing.WorkItem.STATE_QUEUED
    answers = [entry.offer_answer for entry in timeline.entries if entry.HasField("offer_answer")]
    assert [(each.answer, each.rep, each.reason) for each in answers] == [
        (routing.OfferAnswer.ANSWER_DECLINED, offer.rep, "on the phone")
    ]
    assert "on the phone" in next(entry.words for entry in timeline.entries if entry.HasField("offer_answer"))


async def test_a_watch_brings_offers_and_what_becomes_of_them(api: Api) -> None:
    await offering(api, "ann", "bo")
    stream = api.routing.WatchWorkItems(routing.WatchWorkItemsRequest(parent=api.parent))
    await stream.read()

    offer = await api.route("L-1")
    number = int(offer.name.rpartition("/")[2])
    await api.routing.DeclineWorkItem(
        routing.DeclineWorkItemRequest(name=offer.work_item, rep=offer.rep, offer=number, reason="on the phone")
    )
    offered, answered, again = [(await stream.read()).change for _ in range(3)]
    stream.cancel()

    assert {change.work_item for change in (offered, answered, again)} == {offer.work_item}
    assert [change.decision.outcome for change in (offered, again)] == [OFFERED, OFFERED]
    assert offered.decision.rep == offer.rep != again.decision.rep
    answer = answered.offer_answer
    assert (answer.answer, answer.rep, answer.offer) == (routing.OfferAnswer.ANSWER_DECLINED, offer.rep, number)
    assert answer.reason == "on the phone"


async def test_what_is_sent_again_while_it_is_offered_tells_what_differs(api: Api) -> None:
    await offering(api, "ann")
    await api.route("L-1")

    item = routing.WorkItem(kind="KIND_LEAD", source="crm", external_id="L-1", value=9)
    again = await api.routing.RouteWorkItem(routing.RouteWorkItemRequest(parent=api.parent, work_item=item))

    assert again.outcome == OFFERED
    assert (again.known_work_item.state, again.known_work_item.open) == ("OFFERED", True)
    assert "value" in [each.field for each in again.known_work_item.differences]


async def test_answers_that_cannot_be_read_are_refused_by_their_field(api: Api) -> None:
    await offering(api, "ann")
    offer = await api.route("L-1")

    for request, field in (
        (routing.AcceptWorkItemRequest(name=offer.work_item, offer=1), "rep"),
        (routing.AcceptWorkItemRequest(name=offer.work_item, rep="ann"), "offer"),
        (routing.AcceptWorkItemRequest(name=offer.work_item, rep="ann", offer=-(2**63)), "offer"),
    ):
        error = await refused(api.routing.AcceptWorkItem(request))
        assert error.code() is Code.INVALID_ARGUMENT
        assert (error.details() or "").startswith(f"{field}: ")
    huge = routing.AcceptWorkItemRequest(name=offer.work_item, rep="ann", offer=2**63 - 1)
    assert (await refused(api.routing.AcceptWorkItem(huge))).code() is Code.FAILED_PRECONDITION
    missing = routing.AcceptWorkItemRequest(name=f"{api.parent}/workItems/crm~none", rep="ann", offer=1)
    assert (await refused(api.routing.AcceptWorkItem(missing))).code() is Code.NOT_FOUND
