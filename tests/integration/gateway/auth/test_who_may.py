"""The role table attacked: every method × role × tenant, on a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import grpc
import pytest
from click.testing import CliRunner
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha import reflection_pb2
from redis.asyncio import Redis

from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1.dispatch_pb2 import DISPATCH_BROADCAST, DISPATCH_OFFER
from gateway.auth.permissions import GRANTS, Scope
from gateway.auth.principals import Role
from gateway.calls.call import Method
from gateway.grpc.standard_services import REFLECTION
from service import main
from serving.settings import OperationSettings
from tests.api import EVERYONE, Api, connected, last
from tests.conftest import serving
from tests.identities import bearer, security, token
from tests.integration.routing.arranging import offering
from tests.methods import METHODS, SERVICES
from tests.patience import FOREVER_S

REFUSED = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}
CLAIMS: dict[str, list[str]] = {"theirs": ["mine"], "another's": ["other"], "nobody's": [], "everybody's": ["*"]}
ROLES: list[list[str]] = [[], *([str(role)] for role in Role), list(Role)]
SPAWNING = (
    "ValidateRuleSet",
    "TestRuleSet",
    "PublishRuleSet",
    "ValidateProcess",
    "TestProcess",
    "PublishProcess",
    "DrawProcess",
)
"""Methods that start a process for whoever is let in: one of those who may stands for all, in the long tier alone."""
OVERWRITTEN = "Internal error from Core"
"""What grpc.aio makes of any status that arrives before it has written a stream's message (grpc/grpc#36066)."""
Metadata = Sequence[tuple[str, str]]


@pytest.fixture
async def guarded(store: Any, tmp_path: Path) -> AsyncIterator[Api]:
    """Yield a server that asks who calls, with two tenants."""
    models, data = tmp_path / "models", tmp_path / "data"
    for folder in (models, data):
        folder.mkdir()
    chosen = {
        "security": security(tmp_path),
        "models": str(models),
        "operations": OperationSettings(training_data=str(data)),
    }
    async with serving(store.url, **chosen) as address, connected(address, "mine", store.url) as api:
        yield api


def request_about(name: str, tenant: str) -> bytes:
    """Write a request that names a tenant where the method's request does, and is else as empty as can be.

    With an empty tenant it names a thing that all share.
    """
    message: Any = GetMessageClass(METHODS[name].input_type)()
    *way, last = Method.of(METHODS[name]).resource or ("",)
    target = message
    for field in way:
        target = getattr(target, field)
    if last and not name.startswith("grpc."):
        thing = f"tenants/{tenant}" if last == "parent" else f"tenants/{tenant}/things/thing"
        setattr(target, last, thing if tenant else "things/thing")
    encoded: bytes = message.SerializeToString()
    return encoded


async def code_of(channel: Any, name: str, data: bytes, metadata: Metadata | None) -> grpc.StatusCode:
    """Call a method of any shape, and return how it ended or that it answered."""
    method = METHODS[name]
    try:
        if method.client_streaming:
            call = channel.stream_stream(f"/{name}")(iter([data]), metadata=metadata)
        elif method.server_streaming:
            call = channel.unary_stream(f"/{name}")(data, metadata=metadata)
        else:
            await channel.unary_unary(f"/{name}")(data, metadata=metadata, timeout=FOREVER_S)
            return grpc.StatusCode.OK
        await call.read()
        call.cancel()
    except grpc.aio.AioRpcError as error:
        if error.details() == OVERWRITTEN:
            return await code_of(channel, name, data, metadata)
        return error.code()
    return grpc.StatusCode.OK


def may(name: str, roles: list[str], whose: str, *, shared: bool = False) -> bool:
    """Say what the table says, in the words of docs/security.md; ``shared``: about a thing that all tenants share."""
    grant = GRANTS[name]
    if grant.scope is Scope.OPEN:
        return True
    allowed = bool(grant.roles & set(roles)) or (grant.own and "rep" in roles)
    if name.startswith("grpc.reflection."):
        return allowed
    if shared:
        return allowed and (grant.scope is Scope.SHARED or whose == "everybody's")
    return allowed and whose in ("theirs", "everybody's")


SHARED = [name for name, grant in GRANTS.items() if grant.scope in (Scope.SHARED, Scope.SERVER)]


async def test_what_all_share_is_changed_by_those_alone_who_may_touch_all(guarded: Api) -> None:
    wrong = []

    for name, (whose, tenants) in product(SHARED, CLAIMS.items()):
        caller = bearer("somebody", list(Role), tenants, rep="li")
        code = await code_of(guarded.channel, name, request_about(name, ""), caller)
        if (code not in REFUSED) is not may(name, list(Role), whose, shared=True):
            wrong.append((name, whose, code))

    assert wrong == []


async def test_what_is_attacked_here_is_what_a_server_serves(guarded: Api) -> None:
    question = reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString()
    channel: Any = guarded.channel
    call = channel.stream_stream(f"/{REFLECTION.full_name}/ServerReflectionInfo")
    answer = await call(iter([question]), metadata=bearer("somebody", list(Role), ["mine"])).read()

    listed = reflection_pb2.ServerReflectionResponse.FromString(answer).list_services_response.service
    assert {service.name for service in listed} == {service.full_name for service in SERVICES}


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)], ids=["some", "every"])
@pytest.mark.parametrize("service", sorted({name.partition("/")[0] for name in METHODS}))
async def test_who_may_may_and_nobody_else(guarded: Api, service: str, every: bool) -> None:
    callers = [
        (roles, whose, bearer("somebody", roles, tenants, rep="li"))
        for roles, (whose, tenants) in product(ROLES, CLAIMS.items())
        if every or whose == "theirs" or roles == list(Role)  # each role at home, and whoever may everything abroad
    ]
    wrong = []

    for name in sorted(name for name in METHODS if name.partition("/")[0] == service):
        data, let_in = request_about(name, "mine"), 0
        for roles, whose, metadata in callers:
            if may(name, roles, whose):
                let_in += 1
                if let_in > (1 if every else 0) and name.endswith(SPAWNING):
                    continue
            code = await code_of(guarded.channel, name, data, metadata)
            if (code not in REFUSED) is not may(name, roles, whose) and not _own(name, roles, code):
                wrong.append((name, roles, whose, code))

    assert wrong == []


def _own(name: str, roles: list[str], code: grpc.StatusCode) -> bool:
    """A rep comes in, and is refused by the servicer what is not theirs; the next tests look at that."""
    return roles == ["rep"] and GRANTS[name].own and code is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("metadata", [None, [("authorization", "Bearer nonsense")], [("authorization", "")]])
async def test_who_does_not_say_who_they_are_may_only_ask_for_health(guarded: Api, metadata: Metadata | None) -> None:
    codes = {name: await code_of(guarded.channel, name, request_about(name, "mine"), metadata) for name in METHODS}

    let_in = {name for name, code in codes.items() if code is not grpc.StatusCode.UNAUTHENTICATED}
    assert let_in == {name for name, grant in GRANTS.items() if grant.scope is Scope.OPEN}


async def test_what_is_refused_leaves_no_trace_in_the_store(guarded: Api, store: Any) -> None:
    stranger = bearer("stranger", list(Role), ["other"])
    for name in METHODS:
        await code_of(guarded.channel, name, request_about(name, "untouched"), stranger)

    async with Redis.from_url(store.url) as client:
        assert [key async for key in client.scan_iter("*untouched*")] == []


async def test_a_rep_sees_and_closes_their_own_work_items_only(guarded: Api) -> None:
    manager, li, bo = (
        bearer("mo", ["manager"], ["mine"]),
        *(bearer(n, ["rep"], ["mine"], rep=n) for n in ("li", "bo")),
    )
    api = showing(guarded, "mine", manager)
    for rep in ("li", "bo"):
        await api.hire(rep)
    await api.pool("everyone", ["li", "bo"])
    await api.adopt(EVERYONE)
    mine = await _owned_by(api, "li")

    get, complete = routing.GetWorkItemRequest(name=mine), routing.CompleteWorkItemRequest(name=mine)
    calls = guarded.routing
    listed = await calls.ListWorkItems(routing.ListWorkItemsRequest(parent="tenants/mine"), metadata=li)
    etag = (await calls.GetWorkItem(get, metadata=li)).etag
    stolen = routing.CompleteWorkItemRequest(name=mine, etag=etag)
    of_li = routing.ListWorkItemsRequest(parent="tenants/mine", owner="li")
    refused = [
        await _code(calls.GetWorkItem(get, metadata=bo)),
        await _code(calls.CompleteWorkItem(complete, metadata=bo)),
        await _code(calls.CompleteWorkItem(stolen, metadata=bo)),
        await _code(calls.ListWorkItems(of_li, metadata=bo)),
    ]
    closed = await calls.CompleteWorkItem(complete, metadata=li)

    assert {item.owner for item in listed.work_items} == {"tenants/mine/reps/li"}
    assert set(refused) == {grpc.StatusCode.PERMISSION_DENIED}
    assert closed.state == routing.WorkItem.STATE_CLOSED


async def test_a_rep_says_of_themselves_alone_that_they_are_away_and_sees_calendars(guarded: Api) -> None:
    manager, li = bearer("mo", ["manager"], ["mine"]), bearer("li", ["rep"], ["mine"], rep="li")
    api = showing(guarded, "mine", manager)
    for rep in ("li", "bo"):
        await api.hire(rep)
    calls, parent = guarded.workforce, "tenants/mine"
    away = [
        calendars.SetRepPresenceRequest(name=f"{parent}/reps/{rep}", presence=calendars.PRESENCE_AWAY)
        for rep in ("li", "bo")
    ]
    leave = [calendars.ListAbsencesRequest(parent=f"{parent}/reps/{rep}") for rep in ("li", "bo", "-")]

    await calls.SetRepPresence(away[0], metadata=li)
    listed = await calls.ListCalendars(calendars.ListCalendarsRequest(parent=parent), metadata=li)
    own = await calls.ListAbsences(leave[0], metadata=li)
    refused = [
        await _code(calls.SetRepPresence(away[1], metadata=li)),
        await _code(calls.ListAbsences(leave[1], metadata=li)),
        await _code(calls.ListAbsences(leave[2], metadata=li)),
        await _code(calls.ListRepPresences(calendars.ListRepPresencesRequest(parent=parent), metadata=li)),
    ]

    assert (len(listed.calendars), len(own.absences)) == (0, 0)
    assert set(refused) == {grpc.StatusCode.PERMISSION_DENIED}


async def test_a_rep_sees_and_answers_what_is_offered_to_them_alone_and_a_manager_for_anybody(guarded: Api) -> None:
    manager = bearer("mo", ["manager"], ["mine"])
    shows = {rep: bearer(rep, ["rep"], ["mine"], rep=rep) for rep in ("li", "bo")}
    api = showing(guarded, "mine", manager)
    for rep in shows:
        await api.hire(rep)
    await api.pool("everyone", ["li", "bo"])
    await offering(api, "everyone", DISPATCH_OFFER)
    await api.adopt(EVERYONE)
    offer = await api.route("L-1")
    calls, holder, number = guarded.routing, last(offer.rep), int(last(offer.name))
    other = next(rep for rep in shows if rep != holder)
    get, told = routing.GetWorkItemRequest(name=offer.work_item), routing.GetTimelineRequest(name=offer.work_item)
    accept = routing.AcceptWorkItemRequest(name=offer.work_item, offer=number)
    of_holder = routing.AcceptWorkItemRequest(name=offer.work_item, rep=holder, offer=number)
    decline = routing.DeclineWorkItemRequest(name=offer.work_item, rep=holder, offer=number)

    stolen = [
        await _code(call)
        for call in (
            calls.GetWorkItem(get, metadata=shows[other]),
            calls.GetTimeline(told, metadata=shows[other]),
            calls.AcceptWorkItem(of_holder, metadata=shows[other]),
            calls.DeclineWorkItem(decline, metadata=shows[other]),
            calls.ListMyWork(routing.ListMyWorkRequest(rep=offer.rep), metadata=shows[other]),
        )
    ]
    not_theirs = await _code(calls.AcceptWorkItem(accept, metadata=shows[other]))
    unnamed = await _code(calls.AcceptWorkItem(accept, metadata=manager))
    seen = await calls.GetWorkItem(get, metadata=shows[holder])
    mine = await calls.ListMyWork(routing.ListMyWorkRequest(rep=offer.rep), metadata=shows[holder])
    open_ones = [
        [item.name for item in (await calls.ListWorkItems(asked, metadata=shows[rep])).work_items]
        for rep in (holder, other)
        for asked in (
            routing.ListWorkItemsRequest(parent="tenants/mine", state=routing.WorkItem.STATE_OFFERED),
            routing.ListWorkItemsRequest(parent="tenants/mine", filter="state = OFFERED"),
            routing.ListWorkItemsRequest(parent="tenants/mine", filter="state = OFFERED AND kind = TICKET"),
        )
    ]
    tried = await calls.AcceptWorkItem(
        routing.AcceptWorkItemRequest(name=offer.work_item, offer=number, validate_only=True), metadata=shows[holder]
    )
    owned = await calls.AcceptWorkItem(accept, metadata=shows[holder])
    second = await api.route("L-2")
    accepted = await calls.AcceptWorkItem(
        routing.AcceptWorkItemRequest(name=second.work_item, rep=second.rep, offer=int(last(second.name))),
        metadata=manager,
    )

    assert set(stolen) == {grpc.StatusCode.PERMISSION_DENIED}
    assert not_theirs is grpc.StatusCode.FAILED_PRECONDITION
    assert unnamed is grpc.StatusCode.INVALID_ARGUMENT
    assert (seen.offer.rep, [item.name for item in mine.offers]) == (offer.rep, [offer.work_item])
    assert open_ones == [[offer.work_item], [offer.work_item], [], [], [], []]
    assert [each.owner for each in (tried, owned, accepted)] == [offer.rep, offer.rep, second.rep]


async def test_what_many_are_offered_is_seen_by_those_who_have_it(guarded: Api) -> None:
    api = showing(guarded, "mine", bearer("mo", ["manager"], ["mine"]))
    shows = {rep: bearer(rep, ["rep"], ["mine"], rep=rep) for rep in ("li", "bo", "cy")}
    for rep in shows:
        await api.hire(rep)
    await api.pool("everyone", ["li", "bo"])
    await offering(api, "everyone", DISPATCH_BROADCAST)
    await api.adopt(EVERYONE)
    offer = await api.route("L-1")
    get, calls = routing.GetWorkItemRequest(name=offer.work_item), guarded.routing

    codes = [await _code(calls.GetWorkItem(get, metadata=metadata)) for metadata in shows.values()]
    decline = routing.DeclineWorkItemRequest(name=offer.work_item, offer=int(last(offer.name)))
    await calls.DeclineWorkItem(decline, metadata=shows["li"])
    after = await _code(calls.GetWorkItem(get, metadata=shows["li"]))

    assert codes == [grpc.StatusCode.OK, grpc.StatusCode.OK, grpc.StatusCode.PERMISSION_DENIED]
    assert after is grpc.StatusCode.PERMISSION_DENIED


async def test_a_service_account_imports_updates_and_routes_by_commands_as_the_rules_declare_fields(
    store: Any, tmp_path: Path
) -> None:
    (tmp_path / "book.csv").write_text("编号,归属人,分配时间,预算\nB-1,li,2026-01-05,4\n", "utf-8")
    (tmp_path / "leads.csv").write_text("编号,预算\nL-1,4\n", "utf-8")
    allowed = token(sub="crm", roles=["service"], tenants=["mine"])

    async def said(*command: str) -> str:
        where = ("--server", address, "--token", allowed, "--tenant", "mine")
        done = await asyncio.to_thread(CliRunner().invoke, main, [*command, *where])
        assert done.exit_code == 0, done.output
        return done.output

    async with (
        serving(store.url, security=security(tmp_path)) as address,
        connected(address, "mine", store.url) as guarded,
    ):
        api = showing(guarded, "mine", bearer("mo", ["manager"], ["mine"]))
        await api.hire("li")
        await api.pool("everyone", ["li"])
        await api.adopt({**EVERYONE, "fields": {"预算": {"type": "number"}}})
        imported = await said("import", str(tmp_path / "book.csv"))
        updated = await said("update", "csv~B-1", "--set", "预算=5")
        routed = await said("route", "--leads", str(tmp_path / "leads.csv"), "--out", str(tmp_path / "decisions.csv"))

    assert "1 imported" in imported
    assert "预算 from 4 to 5" in updated
    assert "1 assigned" in routed
    assert "for managers and operators to see" in routed


async def test_every_change_names_who_made_it(guarded: Api) -> None:
    api = showing(guarded, "mine-too", bearer("mo", ["manager"], ["mine-too"]))
    await api.hire("li")
    await api.pool("everyone", ["li"])
    await api.adopt(EVERYONE)

    decision = await api.route("L-1")

    assert decision.actor == "mo"


async def _owned_by(api: Api, rep: str) -> str:
    for number in range(10):
        decision = await api.route(f"L-{number}")
        if decision.rep.endswith(f"/{rep}"):
            return str(decision.work_item)
    raise AssertionError("two reps in turn, ten leads, and none was theirs")


async def _code(call: Any) -> grpc.StatusCode:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def showing(api: Api, tenant: str, metadata: Metadata) -> Api:
    channel: Any = _Showing(api.channel, metadata)
    return Api(channel, tenant, api.redis_url)


class _Showing:
    """A channel that shows the same token with every unary call."""

    def __init__(self, channel: Any, metadata: Metadata) -> None:
        self._channel = channel
        self._metadata = metadata

    def __getattr__(self, name: str) -> Any:
        make = getattr(self._channel, name)

        def multicallable(*args: Any, **kwargs: Any) -> Any:
            method = make(*args, **kwargs)
            return lambda request, **more: method(request, **{"metadata": self._metadata, **more})

        return multicallable
