"""Reps, pools and territories are kept."""

from __future__ import annotations

import grpc

from fairlead.v1 import workforce_pb2
from tests.api import Api, last
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import everyone, refused

pytestmark = ON_EVERY_STORE

Code = grpc.StatusCode


async def test_a_stale_etag_changes_no_rep(api: Api) -> None:
    rep = await api.hire("ann")
    await api.switch("ann", active=False)

    request = workforce_pb2.UpdateRepRequest(
        rep=workforce_pb2.Rep(name=rep.name, active=True, etag=rep.etag),
    )
    error = await refused(api.workforce.UpdateRep(request))

    assert error.code() == Code.ABORTED


async def test_an_etag_of_a_rep_who_is_not_there_creates_nobody(api: Api) -> None:
    await everyone(api, "ann")
    rep = workforce_pb2.Rep(name=api.rep_name("bob"), etag="None")

    error = await refused(api.workforce.UpdateRep(workforce_pb2.UpdateRepRequest(rep=rep, allow_missing=True)))

    assert error.code() == Code.ABORTED


async def test_an_update_changes_the_masked_fields_alone(api: Api) -> None:
    await api.hire("ann", capacity={"LEAD": 4}, regions=["east"])

    request = workforce_pb2.UpdateRepRequest(rep=workforce_pb2.Rep(name=api.rep_name("ann"), display_name="Ann"))
    request.update_mask.paths.append("display_name")
    rep = await api.workforce.UpdateRep(request)

    assert (rep.display_name, dict(rep.capacity), rep.active) == ("Ann", {"LEAD": 4}, True)
    assert list(rep.attributes["regions"]) == ["east"]


async def test_creating_a_rep_may_be_repeated_by_its_request_id(api: Api) -> None:
    request = workforce_pb2.CreateRepRequest(parent=api.parent, rep_id="ann", request_id="h-1")
    first = await api.workforce.CreateRep(request)

    again = await api.workforce.CreateRep(request)

    assert again == first


async def test_many_reps_are_upserted_at_once(api: Api) -> None:
    await api.hire("r-0001")
    reps = [workforce_pb2.Rep(name=api.rep_name(f"r-{n:04}"), display_name=f"rep {n}") for n in range(2000)]

    answer = await api.workforce.BatchUpsertReps(workforce_pb2.BatchUpsertRepsRequest(parent=api.parent, reps=reps))

    assert [rep.display_name for rep in answer.reps] == [rep.display_name for rep in reps]


async def test_reps_are_listed_by_id_page_after_page(api: Api) -> None:
    for rep in ("eve", "ann", "bob"):
        await api.hire(rep)

    listed: list[str] = []
    token = ""
    while not listed or token:
        request = workforce_pb2.ListRepsRequest(parent=api.parent, page_size=2, page_token=token)
        page = await api.workforce.ListReps(request)
        listed += [last(rep.name) for rep in page.reps]
        token = page.next_page_token

    assert listed == ["ann", "bob", "eve"]


async def test_a_territory_with_children_cannot_be_deleted(api: Api) -> None:
    await api.territory("华东")
    await api.territory("上海", "华东")

    request = workforce_pb2.DeleteTerritoryRequest(name=f"{api.parent}/territories/华东")
    error = await refused(api.workforce.DeleteTerritory(request))

    assert error.code() == Code.FAILED_PRECONDITION


async def test_tenants_do_not_see_each_other(api: Api) -> None:
    await everyone(api, "ann")
    decision = await api.route("L-1")
    stranger = Api(api.channel, f"{api.tenant}-2")

    error = await refused(stranger.item(decision.work_item.replace(api.tenant, stranger.tenant)))

    assert error.code() == Code.NOT_FOUND
