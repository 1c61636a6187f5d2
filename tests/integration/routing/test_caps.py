"""Caps through a server: entered, told of in differences and reasons, and kept."""

from __future__ import annotations

from datetime import UTC

import grpc
from google.protobuf.duration_pb2 import Duration

from fairlead.v1 import workforce_pb2
from fairlead.v1.caps_pb2 import Cap
from tests.api import ASSIGNED, UNROUTED, Api, differences, violated_fields
from tests.integration.routing.arranging import everyone, refused

DAILY = Cap(id="daily", measure="MEASURE_COUNT", window="WINDOW_DAY", limit=1, scope="SCOPE_REP", pace="PACE_ANY")
DAY = Duration(seconds=24 * 3600)


async def capped(api: Api, *caps: Cap) -> workforce_pb2.Rep:
    request = workforce_pb2.UpdateRepRequest(rep=workforce_pb2.Rep(name=api.rep_name("ann"), caps=caps))
    request.update_mask.paths.append("caps")
    rep: workforce_pb2.Rep = await api.workforce.UpdateRep(request)
    return rep


async def test_who_has_reached_a_cap_is_told_which_of_how_much_and_until_when(api: Api) -> None:
    await everyone(api, "ann")
    rep = await capped(api, DAILY)

    first, second = await api.route("L-1"), await api.route("L-2")
    told = await api.decision(second.name)

    assert [*rep.caps] == [DAILY]
    assert (first.outcome, second.outcome) == (ASSIGNED, UNROUTED)
    (reason,) = told.candidates[0].reasons
    assert (reason.code, reason.field, reason.actual, reason.required) == ("REACHED_CAP", "caps.daily", "1", "1")
    lifts = reason.lift_time.ToDatetime(UTC)
    assert (lifts.hour, lifts.minute, lifts > told.decide_time.ToDatetime(UTC)) == (0, 0, True)
    assert reason.text.startswith("daily cap reached: 1 of 1, again on ")
    assert told.sentences[-1] == "0 of 1 eligible: 1 cap reached."
    assert await differences(api.redis_url, api.tenant) == []


async def test_caps_that_change_are_named_among_the_differences(api: Api) -> None:
    await everyone(api, "ann")
    rolling = Cap(id="r", measure="MEASURE_VALUE", window="WINDOW_ROLLING", rolling_duration=DAY, limit=2.5)
    pool = workforce_pb2.Pool(name="everyone", caps=[rolling])

    request = workforce_pb2.ApplyWorkforceRequest(parent=api.parent, pools=[pool])
    applied = await api.workforce.ApplyWorkforce(request)

    (change,) = applied.changes
    assert [(field.field, field.after.string_value) for field in change.fields] == [
        ("caps.r", "VALUE 2.5 ROLLING 1440m"),
    ]


async def test_a_cap_that_means_nothing_is_refused_by_its_field_with_the_reason(api: Api) -> None:
    await everyone(api, "ann")

    error = await refused(capped(api, Cap(id="c", measure="MEASURE_OPEN", window="WINDOW_DAY", limit=1)))

    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert violated_fields(error) == ["rep.caps[0].window"]
