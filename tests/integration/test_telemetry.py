"""What a server tells of itself: lines of its log, figures for Prometheus, spans of OpenTelemetry."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import grpc
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fairlead.v1 import routing_pb2
from gateway.errors import Overloaded
from router.adapters.redis.repositories import Stores
from serving.wiring import Service
from store.embedded.server import EmbeddedServer
from store.scripts import watch_scripts
from telemetry import logs, metrics_address, traces
from telemetry.calls import CurrentCall, trace_id
from telemetry.logs import CallLog
from telemetry.metrics import OTHERS, Metrics
from telemetry.traces import Traces
from telemetry.watch import TelemetrySettings
from tests.api import EVERYONE, Api, connected
from tests.conftest import settings
from tests.identities import bearer, security
from tests.patience import FOREVER_S
from tests.served import Served
from tests.topologies import free_port

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


class AnsweredCall:
    """A call as telemetry hears of it."""

    method = "fairlead.v1.RoutingService/RouteWorkItem"
    code = grpc.StatusCode.OK
    error: Exception | None = None
    started = 0.0
    tenant = "acme"
    actor = "mo"
    request_id = "5f3c1f0e-7a51-4f36-9d3b-0a1a4a6f7c21"

    def __init__(self, parent: str = PARENT) -> None:
        self._headers = {"traceparent": parent}

    def header(self, name: str) -> str:
        return self._headers.get(name, "")


async def settle(api: Api) -> None:
    """Arrange a rep, a pool and rules."""
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.adopt(EVERYONE)


# ----------------------------------------------------------------------------------------------------------------- logs


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("fairlead", logging.WARNING, __file__, 1, text, None, None)


async def test_lines_written_while_a_call_is_answered_name_it() -> None:
    CurrentCall().began(AnsweredCall())

    line = json.loads(logs.JsonLines().format(record("慢")))
    text = logs.TextLines().format(record("slow"))

    assert {
        name: line[name] for name in ("level", "message", "method", "tenant", "actor", "request_id", "trace_id")
    } == {
        "level": "WARNING",
        "message": "慢",
        "method": AnsweredCall.method,
        "tenant": "acme",
        "actor": "mo",
        "request_id": AnsweredCall.request_id,
        "trace_id": TRACE,
    }
    facts = f"method={AnsweredCall.method} tenant=acme actor=mo request_id={AnsweredCall.request_id} trace_id={TRACE}"
    assert text.endswith(f"WARNING slow [{facts}]")


def test_a_request_id_that_may_name_somebody_is_told_as_its_hash() -> None:
    call = AnsweredCall()
    call.request_id = "for Mrs Wu, 139 0000 0000"

    assert logs.facts_of(call)["request_id"] == "~b94a878b94bb"


async def test_names_that_callers_make_up_cannot_forge_lines() -> None:
    hostile = AnsweredCall()
    hostile.tenant = "acme\n2026-01-01 INFO ready: all is well\x1b[2J" + "x" * 10_000
    CurrentCall().began(hostile)

    text = logs.TextLines().format(record("slow"))

    assert text.isprintable()
    assert len(text) < 1_000


def test_calls_that_are_too_many_are_told_once_a_second_and_none_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    log, turned_away = CallLog(lambda: now), AnsweredCall()
    turned_away.code, turned_away.error = grpc.StatusCode.RESOURCE_EXHAUSTED, Overloaded(8)

    for at in (0.0, 0.1, 0.9, 1.0, 1.1, 2.5):
        now = at
        log.ended(turned_away)

    lines = [record.getMessage() for record in caplog.records]
    assert [line.partition(" calls")[0] for line in lines] == ["overloaded: 1", "overloaded: 3", "overloaded: 2"]


def test_what_was_raised_is_part_of_the_line() -> None:
    try:
        raise ZeroDivisionError("three by nothing")
    except ZeroDivisionError:
        failed = logging.LogRecord("fairlead", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())

    assert "three by nothing" in json.loads(logs.JsonLines().format(failed))["exception"]


@pytest.mark.parametrize("header", ["", "nonsense", "00-short-00f067aa0ba902b7-01"])
def test_a_trace_that_cannot_be_read_is_none(header: str) -> None:
    call = AnsweredCall(header)

    assert trace_id(call) == ""


def test_a_process_logs_as_json_where_it_is_asked(data_folder: Path, json_service: Served) -> None:
    assert {json.loads(line)["level"] for line in json_service.log} == {"INFO"}


@pytest.fixture
def json_service(data_folder: Path) -> Iterator[Served]:
    """Yield a process that writes JSON."""
    process = Served(data_folder, {"FAIRLEAD_LOG": "json"})
    process.ready()
    yield process
    process.close()


# -------------------------------------------------------------------------------------------------------------- metrics


def scraped(address: str) -> str:
    """Ask as Prometheus does."""
    with urlopen(f"http://{address}/metrics") as answer:
        text: str = answer.read().decode()
    return text


async def hold_the_role(redis_url: str, tenant: str) -> None:
    """Keep the service's own auditor from looking too, as it does every five seconds: it would count all again."""
    stores = Stores.connect(redis_url)
    assert await stores.leader_lease.lead(tenant, "auditing", "the test", FOREVER_S)
    await stores.close()


async def test_calls_and_scripts_are_counted(own_store: EmbeddedServer, tenant: str, free: str) -> None:
    service = Service(replace(settings(own_store.url), telemetry=TelemetrySettings(metrics=free)), own_store.url)
    route, get = "fairlead.v1.RoutingService/RouteWorkItem", "fairlead.v1.RoutingService/GetWorkItem"
    async with connected(await service.start("127.0.0.1:0"), tenant, own_store.url) as api:
        await hold_the_role(own_store.url, tenant)
        await settle(api)
        auditor = service.monitor(tenant)
        await auditor.look()
        for n in range(3):
            await api.route(f"L-{n}")
        await auditor.look()
        with pytest.raises(grpc.aio.AioRpcError):
            await api.item(f"tenants/{tenant}/workItems/nobody")
        missed = f'fairlead_call_seconds_count{{code="NOT_FOUND",method="{get}"}} 1.0'
        # a caller may hear before observers do
        while missed not in (figures := await asyncio.to_thread(scraped, free)):
            pass
    await service.drain()

    assert f'fairlead_call_seconds_count{{code="OK",method="{route}"}} 3.0' in figures
    assert 'fairlead_script_seconds_count{script="bind"} 3.0' in figures
    assert "fairlead_calls_under_way 0.0" in figures
    assert "fairlead_plan_memo_hit_rate 0.66" in figures  # the first of three leads asked for what nobody had asked for
    assert f'fairlead_decisions_total{{cause="ROUTED",outcome="ASSIGNED",tenant="{tenant}"}} 3.0' in figures
    assert f'fairlead_fairness_distance{{pool="everyone",tenant="{tenant}"}} 0.0' in figures
    assert f'fairlead_fairness_bound{{pool="everyone",tenant="{tenant}"}} 0.0' in figures
    assert f'fairlead_invariant_violations_total{{tenant="{tenant}"}} 0.0' in figures
    assert f'fairlead_queue_wait_seconds{{tenant="{tenant}"}} 0.0' in figures


async def test_who_is_turned_away_leaves_no_name_among_the_figures(
    own_store: EmbeddedServer, tenant: str, free: str, tmp_path: Path
) -> None:
    chosen = settings(own_store.url, telemetry=TelemetrySettings(metrics=free), security=security(tmp_path))
    service = Service(chosen, own_store.url)
    async with connected(await service.start("127.0.0.1:0"), tenant, own_store.url) as api:
        for number in range(20):
            for shown in (None, bearer("stranger", ["manager"], ["another"])):
                with pytest.raises(grpc.aio.AioRpcError):
                    await api.routing.RouteWorkItem(
                        routing_pb2.RouteWorkItemRequest(parent=f"tenants/made-up-{number}"), metadata=shown
                    )
        figures = await asyncio.to_thread(scraped, free)
    await service.drain()

    codes = {line.partition("}")[0] for line in figures.splitlines() if line.startswith("fairlead_call_seconds_count")}
    assert "made-up" not in figures
    assert {code.partition('"')[2].partition('"')[0] for code in codes} == {"UNAUTHENTICATED", "PERMISSION_DENIED"}


def test_tenants_beyond_the_first_are_counted_together_and_nothing_is_lost() -> None:
    figures = Metrics(most_tenants=2, most_pools=3)
    for number in range(50):
        tenant = f"t{number}"
        figures.decided(tenant, "ASSIGNED", "ROUTED", at_capacity=True, times=1)
        figures.answered(tenant, "LAPSED", times=2)
        figures.offered(tenant, offers=3)
        figures.stepped(tenant, times=2)
        figures.skipped(tenant, times=1)
        figures.timed(tenant, timers=4, lateness_s=1.5)
        figures.attempted(tenant, "subscriptions", "delivered")
        figures.undelivered(tenant, "subscriptions", waiting=2, dead=1, oldest_s=60.0)
        figures.audited(tenant, events=number, violations=1)
        figures.queued(tenant, {"READY": 1}, {"submitted": 1}, 0.0)
        for pool in ("a", "b", "c"):
            figures.stands(tenant, pool, 1.0, 2.0)

    def labels(name: str) -> dict[str, float]:
        (family,) = [family for family in figures.registry.collect() if family.name == name]
        return {
            f"{sample.labels['tenant']} {sample.labels.get('pool', '')}".strip(): sample.value
            for sample in family.samples
            if not sample.name.endswith("_created")
        }

    assert labels("fairlead_decisions") == {"t0": 1.0, "t1": 1.0, OTHERS: 48.0}
    assert labels("fairlead_offer_answers") == {"t0": 2.0, "t1": 2.0, OTHERS: 96.0}
    assert labels("fairlead_offers_open") == {"t0": 3.0, "t1": 3.0}
    assert labels("fairlead_deadline_steps") == {"t0": 2.0, "t1": 2.0, OTHERS: 96.0}
    assert labels("fairlead_timers_skipped") == {"t0": 1.0, "t1": 1.0, OTHERS: 48.0}
    assert labels("fairlead_timers") == {"t0": 4.0, "t1": 4.0}
    assert labels("fairlead_timer_lateness_seconds") == {"t0": 1.5, "t1": 1.5}
    assert labels("fairlead_delivery_attempts") == {"t0": 1.0, "t1": 1.0, OTHERS: 48.0}
    assert labels("fairlead_delivery_oldest_seconds") == {"t0": 60.0, "t1": 60.0}
    assert set(labels("fairlead_deliveries")) == {"t0", "t1"}
    assert labels("fairlead_cap_hits") == {"t0": 1.0, "t1": 1.0, OTHERS: 48.0}
    assert labels("fairlead_invariant_violations") == {"t0": 1.0, "t1": 1.0, OTHERS: 48.0}
    assert set(labels("fairlead_queue_jobs")) == {"t0", "t1"}
    assert set(labels("fairlead_fairness_distance")) == {"t0 a", "t0 b", "t0 c"}


@pytest.fixture
def free() -> str:
    """Return an address that nobody listens on."""
    return f"127.0.0.1:{free_port()}"


# --------------------------------------------------------------------------------------------------------------- traces


async def test_a_script_lies_within_its_call_and_the_call_within_its_callers_trace(
    own_store: EmbeddedServer, tenant: str
) -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    service = Service(settings(own_store.url), own_store.url, [traces])
    address = await service.start("127.0.0.1:0")
    watch_scripts(traces.script)
    async with connected(address, tenant, own_store.url) as api:
        await settle(api)
        await api.routing.RouteWorkItem(api.wish("L-1"), metadata=[("traceparent", PARENT)])
    await service.drain()
    watch_scripts(None)
    traces.close()

    spans = {span.name: span for span in exporter.get_finished_spans()}
    call, script = spans["fairlead.v1.RoutingService/RouteWorkItem"], spans["script bind"]
    assert f"{call.context.trace_id:032x}" == f"{script.context.trace_id:032x}" == TRACE
    assert script.parent is not None
    assert script.parent.span_id == call.context.span_id
    assert call.attributes is not None
    assert (call.attributes["rpc.grpc.status_code"], call.attributes["fairlead.tenant"]) == (0, tenant)


def test_a_script_of_nobodys_call_has_no_trace() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)

    with traces.script("lease"):  # as a worker does that looks for work
        pass
    traces.close()

    assert exporter.get_finished_spans() == ()


# ------------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [(logs.VARIABLE, "xml"), (metrics_address.VARIABLE, "everywhere"), (traces.VARIABLE, "jaeger")],
)
def test_a_bad_setting_is_named_with_what_is_allowed(variable: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{variable} is '{value}'; allowed"):
        TelemetrySettings.read({variable: value})
