"""What is answered over HTTP is what gRPC answers: every method, every caller, in each of the ways."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from google.protobuf.message_factory import GetMessageClass

from fairlead.v1 import routing_pb2 as routing
from gateway.auth.principals import Role
from gateway.calls.call import Method
from gateway.grpc.standard_services import HEALTH, REFLECTION
from gateway.http.routes import ANY
from gateway.settings import Security
from serving.settings import OperationSettings
from tests.api import EVERYONE
from tests.identities import authority, bearer, certificate
from tests.integration.gateway.http.conftest import Door
from tests.integration.gateway.http.test_tls import trusting
from tests.methods import METHODS
from tests.web import ROUTES, Carried, Ended, call, call_grpc, web_serving

OURS = {name: method for name, method in METHODS.items() if method.containing_service not in (HEALTH, REFLECTION)}
CALLABLE = sorted(name for name, method in OURS.items() if not method.client_streaming)
WATCH = "fairlead.v1.RoutingService/WatchWorkItems"
SPAWNING = (
    "ValidateRuleSet",
    "TestRuleSet",
    "PublishRuleSet",
    "ValidateProcess",
    "TestProcess",
    "PublishProcess",
    "DrawProcess",
)
CALLERS: dict[str, Any] = {
    "nobody": (),
    "nonsense": [("authorization", "Bearer nonsense")],
    "a stranger": bearer("stranger", list(Role), ["other"]),
}
ROLES = {str(role): bearer("somebody", [str(role)], ["mine"], rep="li") for role in Role}


def request_about(name: str, tenant: str) -> Any:
    """Return a request that names a tenant and a thing where its method's does, and is else as empty as can be."""
    message: Any = GetMessageClass(METHODS[name].input_type)()
    *way, last = Method.of(METHODS[name]).resource or ("",)
    target, route = message, ROUTES[name][0]
    for field in way:
        target = getattr(target, field)
    if last == route.variable:
        words = ["thing" if word == ANY else word for word in route.segments[route.begins : route.ends]]
        setattr(target, last, "/".join([words[0], tenant, *words[2:]]))
    elif last:
        setattr(target, last, f"tenants/{tenant}" if last == "parent" else f"tenants/{tenant}/things/thing")
    return message


def compared(ended: Ended) -> tuple[Any, ...]:
    return ended.code, ended.message, ended.details


@pytest.mark.parametrize(
    "how", [how if how is Carried.REST else pytest.param(how, marks=pytest.mark.long) for how in Carried]
)
async def test_whoever_may_not_is_refused_everywhere_as_over_grpc(guarded: Door, how: Carried) -> None:
    addresses, api = guarded
    wrong = []

    for caller, shown in CALLERS.items():
        for name in CALLABLE:
            request = request_about(name, "mine")
            expected = await call_grpc(api.channel, name, request, shown)
            found = await call(addresses.http, name, request, how, shown)
            if compared(found) != compared(expected):
                wrong.append((name, caller, compared(found), compared(expected)))

    assert wrong == []


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("how", Carried)
async def test_every_role_is_answered_and_refused_as_over_grpc(guarded: Door, how: Carried, role: str) -> None:
    addresses, api = guarded
    wrong = []

    for name in CALLABLE:
        if name == WATCH or (name.endswith(SPAWNING) and role != "operator"):
            continue
        request = request_about(name, "mine")
        expected = await call_grpc(api.channel, name, request, ROLES[role])
        found = await call(addresses.http, name, request, how, ROLES[role])
        if compared(found) != compared(expected):
            wrong.append((name, role, compared(found), compared(expected)))

    assert wrong == []


def credentials_of(ca: str, shown: tuple[str, str]) -> grpc.ChannelCredentials:
    """Return how a client of gRPC connects that trusts an authority, and shows a certificate."""
    trusted, chain, key = (Path(each).read_bytes() for each in (ca, *shown))
    return grpc.ssl_channel_credentials(trusted, key, chain)


@pytest.mark.long
async def test_every_role_by_its_certificate_is_answered_and_refused_as_over_grpc(store: Any, tmp_path: Path) -> None:
    """The same table, but who calls is said by client certificates alone; a stranger's too."""
    ca = authority("authority").write(tmp_path, "ca")[0]
    entries = [
        {"certificate": f"URI=spiffe://mine/{role}", "name": "somebody", "roles": [str(role)], "tenants": ["mine"]}
        | ({"rep": "li"} if role is Role.REP else {})
        for role in Role
    ]
    (tmp_path / "principals.yaml").write_text(yaml.safe_dump({"principals": entries}), "utf-8")
    chosen = Security(*certificate("server").write(tmp_path, "server"), ca, str(tmp_path / "principals.yaml"))
    for folder in (models := tmp_path / "models", data := tmp_path / "data"):
        folder.mkdir()
    wrong, n_cells, answered = [], 0, Counter[str]()

    operations = OperationSettings(training_data=str(data))
    async with web_serving(store.url, security=chosen, models=str(models), operations=operations) as addresses:
        for role in (*map(str, Role), "stranger"):
            shown = certificate(role, f"spiffe://mine/{role}").write(tmp_path, role)
            encrypted = trusting(ca, shown)
            credentials = credentials_of(ca, shown)
            at = addresses.grpc.replace("127.0.0.1", "localhost")
            async with grpc.aio.secure_channel(at, credentials) as channel:
                for name in CALLABLE:
                    if name == WATCH or name.endswith(SPAWNING):
                        continue
                    request = request_about(name, "mine")
                    expected = await call_grpc(channel, name, request)
                    answered[expected.code.name] += 1
                    for how in Carried:
                        found = await call(addresses.http, name, request, how, encrypted=encrypted)
                        n_cells += 1
                        if compared(found) != compared(expected):
                            wrong.append((name, role, how, compared(found), compared(expected)))

    print(f"{n_cells} cells by certificates, of methods over gRPC {dict(answered)}")
    assert wrong == []
    assert min(answered[code] for code in ("PERMISSION_DENIED", "UNAUTHENTICATED", "NOT_FOUND", "OK")) > 0


@pytest.mark.parametrize("how", Carried)
async def test_a_lead_is_routed_once_whichever_way_it_comes(door: Door, how: Carried) -> None:
    addresses, api = door
    kinds = {"region": "string", "potential": "number", "skills": "list", "vip": "bool"}
    await api.adopt({**EVERYONE, "fields": {name: {"type": kind} for name, kind in kinds.items()}})
    lead = routing.WorkItem(kind=routing.WorkItem.KIND_LEAD, source="web", external_id="L-1")
    lead.attributes.update({"region": "上海", "potential": 70, "skills": ["ERP"], "vip": True})
    request = routing.RouteWorkItemRequest(parent=api.parent, work_item=lead, request_id="first")

    ended = await call(addresses.http, "fairlead.v1.RoutingService/RouteWorkItem", request, how)
    again = await call_grpc(api.channel, "fairlead.v1.RoutingService/RouteWorkItem", request)

    assert (ended.code, ended.answers) == (grpc.StatusCode.OK, again.answers), ended
    name = ended.answers[0].work_item  # type: ignore[attr-defined]
    kept = await api.item(name)
    assert dict(kept.attributes) == dict(lead.attributes)


@pytest.mark.parametrize("how", [how for how in Carried if how is not Carried.REST])  # whose path leads nowhere then
async def test_what_cannot_be_read_is_refused_as_over_grpc(door: Door, how: Carried) -> None:
    addresses, api = door
    name, request = "fairlead.v1.RoutingService/RouteWorkItem", routing.RouteWorkItemRequest(parent="nonsense")

    assert compared(await call(addresses.http, name, request, how)) == compared(
        await call_grpc(api.channel, name, request)
    )


@pytest.mark.parametrize("how", [how for how in Carried if how is not Carried.REST])
async def test_a_watch_brings_what_happens_and_ends_at_its_deadline(door: Door, how: Carried) -> None:
    addresses, api = door
    begun = routing.WatchWorkItemsRequest(parent=api.parent)
    within = ("grpc-timeout", "300m") if how is Carried.GRPC_WEB else ("connect-timeout-ms", "300")
    first = await call(addresses.http, WATCH, begun, how, [within])
    token = first.answers[0].resume_token  # type: ignore[attr-defined]
    await api.route("L-1")

    ended = await call(
        addresses.http, WATCH, routing.WatchWorkItemsRequest(parent=api.parent, resume_token=token), how, [within]
    )

    assert first.code.name == ended.code.name == "DEADLINE_EXCEEDED"
    changed = [each.change.work_item for each in ended.answers if each.HasField("change")]  # type: ignore[attr-defined]
    assert changed == [f"{api.parent}/workItems/crm~L-1"]
