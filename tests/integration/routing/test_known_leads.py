"""A known lead that is sent again keeps its data, and the answer says what was sent otherwise."""

from __future__ import annotations

from typing import Any

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import privacy_pb2, privacy_pb2_grpc
from fairlead.v1 import routing_pb2 as routing
from tests.api import ASSIGNED, BASIC, EXISTING_OWNER, FULL, Api
from tests.integration.routing.arranging import everyone

RULES: dict[str, Any] = {
    "fields": {"region": {"type": "string"}, "phone": {"type": "string", "personal": True}},
    "default": {"route": {"pool": "everyone"}},
}


async def arranged(api: Api) -> decisions.Decision:
    await everyone(api, "ann", "bo")
    await api.adopt(RULES)
    return await api.route("L-1", region="east", phone="139", value=5)


async def test_a_corrected_lead_is_answered_with_what_differs_and_stays_as_it_was(api: Api) -> None:
    first = await arranged(api)

    again = await api.route(" l-1", region="east", phone="138", view=FULL)

    assert (again.outcome, again.rep) == (EXISTING_OWNER, first.rep)
    assert again.known_work_item == decisions.KnownWorkItem(
        state="ASSIGNED",
        open=True,
        owner_active=True,
        differences=[
            decisions.Difference(field="value", stored="5.0", sent="0.0"),
            decisions.Difference(field="attributes.phone", stored='"139"', sent='"138"'),
        ],
    )
    assert "It was sent with other data, which was not taken: value (stored 5.0, sent 0.0)" in again.sentences[2]
    stored = await api.item(first.work_item)
    assert (stored.attributes["phone"], stored.value) == ("139", 5)


async def test_a_new_lead_is_answered_as_ever(api: Api) -> None:
    first = await arranged(api)

    assert first.outcome == ASSIGNED
    assert not first.HasField("known_work_item")
    assert not (await api.decision(first.name)).HasField("known_work_item")


async def test_in_a_batch_each_lead_is_compared_with_its_own(api: Api) -> None:
    await arranged(api)
    wishes = [
        api.wish("L-1", region="east", phone="139", value=5),
        api.wish("L-2", region="east"),
        api.wish("L-1", region="west", phone="139", value=5, validate_only=True),
        api.wish("L-1", phone="139", region="east", value=-1),
    ]

    same, new, other, refused = await api.route_batch(wishes)

    assert same.decision.HasField("known_work_item")
    assert not same.decision.known_work_item.differences
    assert not new.decision.HasField("known_work_item")
    assert [each.field for each in other.decision.known_work_item.differences] == ["attributes.region"]
    assert refused.HasField("error")


async def test_whether_the_owner_is_there_and_the_lead_open_is_said(api: Api) -> None:
    first = await arranged(api)
    await api.switch(first.rep.rpartition("/")[2], active=False)
    closed = routing.CompleteWorkItemRequest.RESOLUTION_CONVERTED
    await api.complete(first.work_item, resolution=closed)

    again = await api.route("L-1", region="east", phone="139", value=5, view=FULL)

    known = again.known_work_item
    assert (known.state, known.open, known.owner_active) == ("CONVERTED", False, False)
    assert again.sentences[2:4] == [
        "The owner is no longer active.",
        "It is converted, and stays so unless it is reopened.",
    ]


async def test_what_was_erased_is_said_to_be_and_not_compared(api: Api) -> None:
    first = await arranged(api)
    privacy: Any = privacy_pb2_grpc.PrivacyServiceStub(api.channel)
    await privacy.EraseSubject(privacy_pb2.EraseSubjectRequest(parent=api.parent, subject=first.work_item))

    again = await api.route("L-1", region="east", phone="138", value=5, view=BASIC)

    assert again.known_work_item.erased == ["attributes.phone"]
    assert not again.known_work_item.differences
