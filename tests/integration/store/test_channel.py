"""Scripts sent straight over one connection: what is answered, whoever goes, hangs or is cut off meanwhile."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvloop
from redis.asyncio import Redis

from failures import StoreUnavailable, StoreUnsuitable
from router.assignment.commands import BindCommand, ReassignRequest, RouteRequest
from router.assignment.jobs import reassign_command
from router.assignment.queries import WorkItemQueries
from router.model.decision import Outcome
from router.model.revisions import RevisionPair
from router.model.workforce import Rep
from router.model.workitem import Kind, WorkItem
from store.clients import channel_of, client_for, close
from store.embedded.server import EmbeddedServer
from store.scripts import Script
from store.translation import translated
from tests.chaos.line import Line
from tests.contract.nothing.routing import RULES, Routing
from tests.drivers import DRIVERS, driven
from tests.identities import authority, certificate
from tests.integration.store.lines import TlsLine, line_to, socket_of
from tests.topologies import PRIMARY, Cluster, Server, Watched


@pytest.fixture
async def line(store: EmbeddedServer, data_folder: Path) -> AsyncIterator[Line]:
    async with line_to(store, data_folder) as line:
        yield line


@pytest.fixture(params=DRIVERS)
async def client(request: pytest.FixtureRequest, line: Line) -> AsyncIterator[Any]:
    """Yield a client whose line can lose replies, with each driver in turn."""
    client = driven(client_for(line.url), request.param)
    yield client
    await close(client)


class Echo(Script):
    """A script that counts how often it was called, and returns what it was given."""

    source = "redis.call('INCR', KEYS[1]) return {ARGV[1], ARGV[2]}"

    def __init__(self) -> None:
        super().__init__("store", "echo")


ECHO = Echo()


def echo(client: Any, text: str, key: str = "fairlead:echo") -> Awaitable[Any]:
    return ECHO.sent(client, [key], [text, 7], lambda reply: [part.decode() for part in reply])


def lead(external_id: str, request_id: str = "") -> RouteRequest:
    return RouteRequest(WorkItem(Kind.LEAD, "crm", external_id), request_id)


async def until_it_has(world: Routing, event: int) -> None:
    """Wait until the log of a tenant has an event."""
    while not await world.store.events(world.tenant, after=event - 1):  # noqa: ASYNC110 (another server writes it)
        await asyncio.sleep(0.005)


# ------------------------------------------------------------------------------------------------------------- answers


async def test_scripts_are_answered_in_the_order_in_which_they_are_sent(client: Any) -> None:
    answers = await asyncio.gather(*(echo(client, str(n)) for n in range(50)))

    assert answers == [[str(n), "7"] for n in range(50)]


async def test_a_server_that_forgot_its_scripts_gets_them_whole(client: Any) -> None:
    await echo(client, "before")
    await client.script_flush()

    answers = await asyncio.gather(*(echo(client, str(n)) for n in range(5)))

    assert answers == [[str(n), "7"] for n in range(5)]


async def test_what_the_server_refuses_is_said_in_our_terms(client: Any) -> None:
    await client.set("fairlead:echo", "no number")

    with pytest.raises(Exception, match="not an integer"):
        await echo(client, "x")
    await client.lpush("fairlead:list", 1)
    with pytest.raises(StoreUnsuitable, match="another application wrote a key of ours"):
        await echo(client, "x", "fairlead:list")


async def test_a_caller_who_goes_leaves_the_others_alone(client: Any, line: Line) -> None:
    await echo(client, "connected")
    gone, stays = (asyncio.ensure_future(echo(client, text)) for text in ("gone", "stays"))
    await asyncio.sleep(0)

    gone.cancel()

    assert await stays == ["stays", "7"]


# --------------------------------------------------------------------------------------------------------- lost replies


@pytest.fixture
async def neighbour(store: EmbeddedServer) -> AsyncIterator[Any]:
    """Yield the client of another server, with a line of its own."""
    async with Redis.from_url(store.url) as redis:
        yield redis


async def change_all(world: Routing) -> None:
    """Do with a tenant's leads, its reps and its rules all that others could meanwhile."""
    await world.write({("rep", "bo"): Rep("bo", active=False), ("rep", "cy"): Rep("cy")})
    for name in ("L-1", "L-2", "L-3"):
        await world.router.route(world.tenant, lead(name))
    await world.router.reassign(world.tenant, ReassignRequest("crm~L-2", rep="cy"))
    await world.publish(source=f"{RULES}\n")


async def moving(world: Routing, item_id: str, rep: str) -> tuple[RevisionPair, BindCommand]:
    """Return the job of moving a work item."""
    planner = await world.planners.current(world.tenant)
    stored = await WorkItemQueries(world.store, world.planners).item(world.tenant, item_id)
    request = ReassignRequest(item_id, rep)
    return planner.revisions, reassign_command(
        world.tenant, planner, request, stored.record, stored.item, fingerprint="", at_ms=0
    )


async def test_calls_cut_between_write_and_reply_are_answered_as_if_they_had_not_been(
    client: Any, neighbour: Any, line: Line, tenant: str
) -> None:
    first, second, third, fourth = those = [await Routing.open(client, f"{tenant}-{n}") for n in range(4)]
    await third.write({("rep", "cy"): Rep("cy"), ("rep", "bo"): Rep("bo")})
    await fourth.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 1})})
    before = [(await world.event()).number for world in those]
    routers = [world.router for world in those]
    for world, router in zip(those, routers, strict=True):  # so that each has its planner at hand
        await router.route(world.tenant, lead("L-1"))
    revisions, job = await moving(third, "crm~L-1", "cy")
    await asyncio.gather(*(echo(client, "connected") for _ in those))  # over as many connections as it takes
    line.is_mute = True

    calls = asyncio.gather(
        routers[0].route_many(first.tenant, [lead("L-2")]),
        routers[1].route_many(second.tenant, [lead("L-2"), lead("L-3", "r"), lead("L-2")]),
        third.store.bind(third.tenant, revisions, [job]),
        routers[3].route_many(fourth.tenant, [lead("L-2")]),
    )
    for world, number, more in zip(those, before, (1, 2, 1, 1), strict=True):
        others = Routing.at(neighbour, world.tenant)
        await until_it_has(others, number + more)
        await change_all(others)
    line.cut()
    ones, many, (moved,), waits = await calls

    assert [(each.outcome, each.number - before[0]) for each in ones] == [(Outcome.ASSIGNED, 1)]
    assert [(each.outcome, each.number - before[1]) for each in many] == [
        (Outcome.ASSIGNED, 1), (Outcome.ASSIGNED, 2), (Outcome.EXISTING_OWNER, 1)
    ]  # fmt: skip
    assert (moved.outcome, moved.rep, moved.number - before[2]) == (Outcome.ASSIGNED, "cy", 1)
    assert [(each.outcome, each.number - before[3]) for each in waits] == [(Outcome.WAITING, 1)]
    for world, answers in zip(those, (ones, many[:2], [moved], waits), strict=True):
        assert answers == await world.store.decisions(world.tenant, [each.number for each in answers])


async def test_whoever_is_cut_off_again_and_again_is_told_so(client: Any, line: Line) -> None:
    await echo(client, "connected")
    line.is_mute = True
    call = asyncio.ensure_future(echo(client, "x", "fairlead:cut"))

    while not call.done():
        line.close()
        line.open()
        await asyncio.sleep(0.02)

    with pytest.raises(StoreUnavailable, match="does not answer"):
        await call


async def test_what_took_too_long_to_be_sent_again_is_not_for_its_script_may_have_forgotten_it(
    monkeypatch: pytest.MonkeyPatch, neighbour: Any, line: Line
) -> None:
    client = driven(client_for(line.url), "straight")
    await echo(client, "connected", "fairlead:forgotten")
    monkeypatch.setattr("store.channel.AGAIN_S", 0.0)
    line.is_mute = True
    call = asyncio.ensure_future(echo(client, "x", "fairlead:forgotten"))
    while await neighbour.get("fairlead:forgotten") != b"2":  # noqa: ASYNC110 (the script writes it)
        await asyncio.sleep(0.005)
    line.cut()

    with pytest.raises(StoreUnavailable, match="too long"):
        await call

    assert await echo(client, "y", "fairlead:forgotten") == ["y", "7"]
    assert await client.get("fairlead:forgotten") == b"3"
    await close(client)


# ------------------------------------------------------------------------------------------------ no server, a slow one


async def test_a_store_that_is_not_there_is_asked_some_times_and_no_more(tmp_path: Path) -> None:
    client = client_for(f"unix://{tmp_path}/nobody.sock")

    with pytest.raises(StoreUnavailable, match="does not answer"):
        await echo(client, "x")

    await close(client)


async def test_a_reply_that_does_not_come_is_not_waited_for_again(line: Line) -> None:
    client = client_for(f"{line.url}?socket_timeout=0.2")
    await echo(client, "connected", "fairlead:late")
    line.is_mute = True

    with pytest.raises(StoreUnavailable, match="Timeout"):
        await echo(client, "x", "fairlead:late")

    line.is_mute = False
    assert await echo(client, "y", "fairlead:late") == ["y", "7"]
    assert await client.get("fairlead:late") == b"3"  # it was written once
    await close(client)


@contextmanager
def on_uvloop() -> Iterator[asyncio.Runner]:
    """Yield what runs on the loop that serves, which is stricter with connections that are closed."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner


async def lose(writer: asyncio.StreamWriter) -> None:
    """End a connection, and wait until all know of it but whoever has it."""
    writer.transport.abort()
    await asyncio.sleep(0.01)


def test_a_connection_that_is_lost_as_soon_as_it_is_made_is_made_again(store: EmbeddedServer) -> None:
    async def asked() -> list[list[str]]:
        client = client_for(store.url)
        lost: list[Any] = []
        make = client.connection_pool.make_connection

        def make_and_lose_the_first() -> Any:
            connection = make()
            connect = connection.connect

            async def connect_and_lose() -> None:
                await connect()
                if len(lost) < 2:
                    lost.append(connection)
                    await lose(connection._writer)

            connection.connect = connect_and_lose
            return connection

        client.connection_pool.make_connection = make_and_lose_the_first
        calls = asyncio.gather(echo(client, "x"), echo(client, "y"))
        answers = [*await calls, await echo(client, "z")]
        await close(client)
        return answers

    with on_uvloop() as runner:
        unexpected: list[object] = []
        runner.get_loop().set_exception_handler(lambda _, context: unexpected.append(context))

        assert runner.run(asked()) == [["x", "7"], ["y", "7"], ["z", "7"]]
        assert unexpected == []


def test_a_connection_of_the_driver_s_that_is_lost_before_it_is_used_is_a_store_that_does_not_answer(
    store: EmbeddedServer,
) -> None:
    async def asked() -> None:
        connection = client_for(store.url).connection_pool.make_connection()
        await connection.connect()
        await lose(connection._writer)
        with translated():
            await connection.send_command("PING")

    with on_uvloop() as runner, pytest.raises(StoreUnavailable, match="does not answer"):
        runner.run(asked())


async def test_whoever_waits_when_the_client_is_closed_is_told_so(line: Line) -> None:
    client = client_for(line.url)
    await echo(client, "connected")
    line.is_mute = True
    under_way = asyncio.ensure_future(echo(client, "x"))
    await asyncio.sleep(0)

    await close(client)

    with pytest.raises(StoreUnavailable, match="closed"):
        await under_way


async def test_a_client_that_is_closed_does_not_connect_again(line: Line) -> None:
    client = client_for(line.url)
    await echo(client, "connected")
    await close(client)

    with pytest.raises(StoreUnavailable, match="closed"):
        await echo(client, "later")


async def test_a_client_that_is_closed_while_it_connects_lets_go(line: Line) -> None:
    client = client_for(line.url)
    line.close()
    connecting = asyncio.ensure_future(echo(client, "x"))
    await asyncio.sleep(0.02)

    await close(client)

    with pytest.raises(StoreUnavailable, match="closed"):
        await connecting
    line.open()


async def test_a_connection_that_comes_although_it_was_given_up_is_let_go_of(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = client_for(line.url)
    made: list[Any] = []

    def make_connection() -> Any:
        connection = make()
        made.append(connection)

        async def connect() -> None:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            await usual()

        usual, connection.connect = connection.connect, connect
        return connection

    make = client.connection_pool.make_connection
    monkeypatch.setattr(client.connection_pool, "make_connection", make_connection)
    connecting = asyncio.ensure_future(echo(client, "x"))
    await asyncio.sleep(0.01)

    await close(client)

    with pytest.raises(StoreUnavailable, match="closed"):
        await connecting
    assert [connection.is_connected for connection in made] == [False]
    assert client.channel._link is None


# ------------------------------------------------------------------------------------------------------------ ways in


async def test_users_passwords_and_databases_are_those_of_the_address(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.ask("ACL", "SETUSER", "mo", "on", ">p4ss", "allkeys", "+@all")
        server.ask("CONFIG", "SET", "requirepass", "s3cret")
        for login, number in ((":s3cret", 0), ("mo:p4ss", 2), ("default:s3cret", 1)):
            client = client_for(f"redis://{login}@{server.address}/{number}?client_name=us")

            assert await echo(client, login) == [login, "7"]

            assert await client.get("fairlead:echo") == b"1"  # by the driver, in the same database
            names = [each["name"] for each in await client.client_list()]
            assert names == ["us", "us"]
            await close(client)
        wrong = client_for(f"redis://mo:wrong@{server.address}")
        with pytest.raises(StoreUnavailable, match="invalid username-password"):
            await echo(wrong, "x")
        await close(wrong)


async def test_tls_is_that_of_the_address(store: EmbeddedServer, tmp_path: Path) -> None:
    ca = authority("authority").write(tmp_path, "ca")[0]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
    context.load_cert_chain(*certificate("server").write(tmp_path, "server"))
    context.verify_mode = ssl.CERT_REQUIRED
    chain, key = certificate("client").write(tmp_path, "client")
    line = TlsLine(socket_of(store), context)
    await line.start()
    client = client_for(f"rediss://localhost:{line.port}?ssl_ca_certs={ca}&ssl_certfile={chain}&ssl_keyfile={key}")
    stranger = client_for(f"rediss://localhost:{line.port}")

    assert await echo(client, "x" * 100_000) == ["x" * 100_000, "7"]
    assert await client.get("fairlead:echo")  # by the driver, likewise
    with pytest.raises(StoreUnavailable, match="certificate verify failed"):
        await echo(stranger, "x")

    await close(client)
    await close(stranger)
    await line.stop()


@pytest.mark.long
async def test_sentinels_and_clusters_let_the_driver_in_by_the_address(short_path: Path, tenant: str) -> None:
    with ExitStack() as servers:
        watched, cluster = Watched(short_path / f"{tenant}-w", servers), Cluster(short_path / f"{tenant}-c", servers)
        watched.sentinel.ask("SENTINEL", "SET", PRIMARY, "auth-pass", "s3cret")
        for server in (watched.primary, *cluster.nodes):
            server.ask("CONFIG", "SET", "requirepass", "s3cret")
        for scheme, where in (
            ("redis+sentinel", f"{watched.sentinel.address}/{PRIMARY}"),
            ("redis+cluster", cluster.nodes[0].address),
        ):
            client, stranger = (client_for(f"{scheme}://:{password}@{where}") for password in ("s3cret", "wrong"))

            assert channel_of(client) is None
            assert await echo(client, scheme) == [scheme, "7"]
            with pytest.raises(StoreUnavailable, match="invalid username-password"):
                await echo(stranger, "x")

            await close(client)
            await close(stranger)


# ------------------------------------------------------------------------------------------------------------- replicas


async def test_replicas_confirm_what_was_written_before_it_is_answered(watched: Watched) -> None:
    client = client_for(f"redis://{watched.primary.address}", replicas=1)

    answers = await asyncio.gather(*(echo(client, str(n), "fairlead:confirmed") for n in range(20)))

    assert answers == [[str(n), "7"] for n in range(20)]
    assert watched.replica.ask("GET", "fairlead:confirmed") == "20"
    await close(client)


async def test_too_few_replicas_are_said_and_nothing_is_sent_again(watched: Watched) -> None:
    client = client_for(f"redis://{watched.primary.address}", replicas=2)

    with pytest.raises(StoreUnavailable, match="1 of 2 replicas have the change"):
        await echo(client, "x", "fairlead:too-few")

    assert watched.primary.ask("GET", "fairlead:too-few") == "1"
    await close(client)
