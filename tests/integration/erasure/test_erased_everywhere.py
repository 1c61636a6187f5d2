"""A person is planted in every text that a caller may fill in, looked for everywhere, erased, and looked for again."""

from __future__ import annotations

import itertools
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from redis.asyncio import Redis

from fairlead.v1 import intake_pb2 as intake
from fairlead.v1 import privacy_pb2 as privacy
from fairlead.v1 import queue_pb2 as queue
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1.dispatch_pb2 import DISPATCH_OFFER
from gateway.settings import Security
from router.adapters.queue import WorkSettings, routing_queue, routing_work
from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.model.sealing import Personal
from scoring.registry.adapters.storage import LocalStorage
from scoring.registry.registry import Registry
from serving.wiring import Service
from store.embedded.server import EmbeddedServer
from store.files import rewritten
from telemetry.logs import JsonLines, TextLines
from telemetry.traces import Traces
from tests.api import MESSAGE_LIMIT, struct
from tests.conftest import settings
from tests.fuzzing.drawing import TENANT
from tests.fuzzing.seeds import BEGINNING, PARENT
from tests.integration.erasure.planting import OURS, Place, places, planted
from tests.methods import METHODS
from tests.patience import until
from tests.scoring_models import NOON, write_model
from workqueue.jobs import JobState, Lease, Settlement, SettlementKind
from workqueue.worker import Worker

NEEDLE = "吴兰兰-139-4711"
"""An id like any other, so that ids of work items would hold it."""
CUSTOMER = f"{NEEDLE}-customer"
ATTRIBUTES = {"phone": f"{NEEDLE} by phone", "customer": CUSTOMER, "nick": f"{NEEDLE} to friends"}
DECLARED = Personal.of(["external_id", "nick"])
RULES = """
fields:
  phone: {type: string, personal: true}
  customer: {type: string, personal: true}
  region: {type: string}
  potential: {type: number}
  vip: {type: bool}
  tags: {type: list}
  risk: {type: number}
undeclared: ignore
known_customer: {id: customer, churn_risk: risk}
rules:
  - id: reachable
    when: {all: [{field: phone, op: exists}, {not: {field: phone, op: eq, value: none}}]}
    route: {pool: everyone, fallback: [wait]}
default: {route: {pool: nobody}}
"""


@dataclass
class House:
    """A service on a store of its own, and everything that it could leave a trace in."""

    store: EmbeddedServer
    folders: tuple[Path, ...]
    channel: grpc.aio.Channel
    stores: Stores
    spans: InMemorySpanExporter
    traces: Traces
    lines: list[str] = field(default_factory=list)
    count: Iterator[int] = field(default_factory=itertools.count)

    def text(self) -> str:
        """Return a text that names the person, a new one each time."""
        return f"{NEEDLE}-{next(self.count)}"

    async def call(self, method: str, request: Message) -> Any:
        """Call a method; return its answer, or the code that it failed with."""
        described = METHODS[method]
        kind = GetMessageClass(described.output_type)
        given: dict[str, Any] = {
            "request_serializer": type(request).SerializeToString,
            "response_deserializer": kind.FromString,
        }
        try:
            if described.client_streaming:
                return [answer async for answer in self.channel.stream_stream(f"/{method}", **given)(iter([request]))]
            return await self.channel.unary_unary(f"/{method}", **given)(request)
        except grpc.aio.AioRpcError as error:
            return error.code()

    async def plant(self, method: str, **fields: Any) -> Any:
        """Call a method with the person in every place of its request."""
        request: Any = planted(OURS + method, self.text, ATTRIBUTES)
        for name, value in fields.items():
            setattr(request, name, value)
        return await self.call(OURS + method, request)

    async def worker(self) -> Worker:
        """Return a worker that routes what is submitted."""
        stores = self.stores
        planners = PlannerCache(stores.workforce, stores.rule_sets, stores.rule_sets, personal=DECLARED)
        router = Router(
            stores.assignments, planners, WorkItemQueries(stores.assignments, planners), stores.customer_scores
        )
        return Worker(self.queue, routing_work(router))

    @property
    def queue(self) -> Any:
        """Return the queue in front of routing."""
        return routing_queue(self.stores.redis, WorkSettings(), 3600)

    async def found(self) -> set[str]:
        """Return where the person is found."""
        places = {key async for key in _keys_with(self.stores.redis)}
        for folder in self.folders:
            places |= {f"file {file.name}" for file in _files_with(folder)}
        if _holds("\n".join(self.lines).encode()):
            places.add("log lines")
        if any(_holds(span.to_json().encode()) for span in self.spans.get_finished_spans()):
            places.add("spans")
        return places


def _forms() -> Iterator[bytes]:
    """Yield how the person may be written: plain, which msgpack is too; escaped; base64 at every place of its three."""
    plain = NEEDLE.encode()
    yield plain
    yield json.dumps(NEEDLE)[1:-1].encode()
    for shift in range(3):
        yield b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]


def _holds(data: bytes) -> bool:
    return any(form in data for form in _forms())


def _files_with(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.is_file() and _holds(file.read_bytes()):
            yield file


async def _keys_with(redis: Any) -> AsyncIterator[str]:
    """Yield the keys that hold the person, each as what it is: without the tenant, and what makes it one of many."""
    reading: Mapping[bytes, Any] = {
        b"string": redis.get, b"hash": redis.hgetall, b"set": redis.smembers, b"stream": redis.xrange,
        b"zset": lambda key: redis.zrange(key, 0, -1),
    }  # fmt: skip
    async for key in redis.scan_iter():
        content = await reading[await redis.type(key)](key)
        if _holds(key + b"\0" + _flat(content)):
            yield re.sub(r"^fairlead:\{[^}]*\}:|:(~|[0-9a-f]{32}|吴).*$", "", key.decode())


def _flat(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        return b"\0".join(_flat(part) for entry in value.items() for part in entry)
    return b"\0".join(map(_flat, value)) if isinstance(value, list | tuple | set) else str(value).encode()


@pytest.fixture
async def house(own_store: EmbeddedServer, data_folder: Path, tmp_path: Path) -> AsyncIterator[House]:
    async with _served(own_store, data_folder, tmp_path / "models") as house:
        yield house


@asynccontextmanager
async def _served(store: EmbeddedServer, data: Path, models: Path) -> AsyncIterator[House]:
    write_model(models, "v1")
    Registry(LocalStorage(models), lambda: NOON).promote("churn", "v1", actor="test")
    spans = InMemorySpanExporter()
    traces = Traces(spans)
    chosen = settings(
        store.url, models=str(models), work=WorkSettings(workers=0), security=Security(personal=DECLARED.fields)
    )
    service = Service(chosen, store.url, [traces])
    address = await service.start("127.0.0.1:0")
    stores = Stores.connect(store.url)
    async with grpc.aio.insecure_channel(address, options=MESSAGE_LIMIT) as channel:
        house = House(store, (data, models), channel, stores, spans, traces)
        handlers = [_Lines(house.lines, form) for form in (TextLines(), JsonLines())]
        root, level = logging.getLogger(), logging.getLogger().level
        root.setLevel(logging.DEBUG)
        for handler in handlers:
            root.addHandler(handler)
        try:
            yield house
        finally:
            for handler in handlers:
                root.removeHandler(handler)
            root.setLevel(level)
            await service.drain()
            await stores.close()


class _Lines(logging.Handler):
    """Keeps the lines of Fairlead's own loggers as they would be written."""

    def __init__(self, lines: list[str], form: logging.Formatter) -> None:
        super().__init__()
        self._lines = lines
        self.setFormatter(form)

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("asyncio", "grpc")):
            self._lines.append(self.format(record))


ROUTING = ("RoutingService", "ScoringService")


async def _fill(house: House) -> Lease:
    """Plant the person everywhere; return the lease of a submission that a worker has."""
    for method in sorted({place.method for place in places() if not place.is_skipped}):
        if not method.removeprefix(OURS).startswith((*ROUTING, "PrivacyService")):
            await house.plant(method.removeprefix(OURS))
    await _arrange(house)
    await _submit_a_hopeless_one(house)
    await _send_what_cannot_be_mapped(house)
    await (await house.worker()).turn(TENANT)
    scored = ("ScoreCustomer", "ScoreCustomers", "BatchScoreCustomers")
    for method in (*scored, "FindBestAction", "RememberScores", "RescoreCustomers"):
        await house.plant(f"ScoringService/{method}", **({"parent": PARENT} if method == "RescoreCustomers" else {}))
    remembered: Any = planted(OURS + "ScoringService/RememberScores", house.text, {})
    remembered.scores[0].customer = CUSTOMER
    assert not isinstance(await house.call(OURS + "ScoringService/RememberScores", remembered), grpc.StatusCode)
    routed = await house.plant("RoutingService/RouteWorkItem")
    await house.plant("RoutingService/GetWorkItem")
    await house.plant("RoutingService/BatchRouteWorkItems")
    moved = await house.plant("RoutingService/ReassignWorkItem", name=routed.work_item, rep="")
    assert NEEDLE in moved.note
    recorded = await house.plant("RoutingService/RecordActivity", name=routed.work_item)
    assert all(NEEDLE in getattr(recorded, name) for name in ("outcome", "note", "next_step", "external_id"))
    told = await house.plant("RoutingService/GetTimeline", name=routed.work_item)
    assert NEEDLE in told.entries[-1].activity.note
    await _update(house, routed.work_item)
    assert (await house.plant("RoutingService/CompleteWorkItem", name=routed.work_item)).external_id.startswith(NEEDLE)
    assert NEEDLE in (await house.plant("RoutingService/ReopenWorkItem", name=routed.work_item)).note
    await _decline(house)
    assert not isinstance(await house.plant("RoutingService/ImportWorkItems"), grpc.StatusCode)
    for method in ("SubmitWorkItem", "BatchSubmitWorkItems"):
        assert not isinstance(await house.plant(f"RoutingService/{method}"), grpc.StatusCode)
    failed, kept = tuple[Lease, ...]((await house.queue.lease(TENANT, 2, 3600)).leases)
    await house.queue.settle(TENANT, [Settlement(failed, SettlementKind.RETRY, f"unexpected: {NEEDLE}", 3600)])
    return kept


async def _update(house: House, work_item: str) -> None:
    """Change everything that is personal of a work item into something else that is."""
    others = {name: f"{value} anew" for name, value in ATTRIBUTES.items()} | {"customer": CUSTOMER}
    update: Any = planted(OURS + "RoutingService/UpdateWorkItem", house.text, others)
    update.work_item.name = work_item
    assert not isinstance(await house.call(OURS + "RoutingService/UpdateWorkItem", update), grpc.StatusCode)
    told = await house.plant("RoutingService/GetTimeline", name=work_item)
    (changes,) = [entry.update.fields for entry in told.entries if entry.HasField("update")]
    assert any(NEEDLE in change.before.string_value and NEEDLE in change.after.string_value for change in changes)


async def _decline(house: House) -> None:
    """Have what is offered declined for a reason that names the person, and accepted by who is asked next."""
    pool = workforce.Pool(name=f"{PARENT}/pools/everyone")
    pool.dispatch.mode = DISPATCH_OFFER
    offering = workforce.UpdatePoolRequest(pool=pool, update_mask={"paths": ["dispatch"]})
    assert not isinstance(await house.call(OURS + "WorkforceService/UpdatePool", offering), grpc.StatusCode)
    offer = await house.plant("RoutingService/RouteWorkItem")
    asked = {"name": offer.work_item, "rep": offer.rep, "offer": int(offer.name.rpartition("/")[2])}
    declined = await house.plant("RoutingService/DeclineWorkItem", **asked)
    assert declined.external_id.startswith(NEEDLE)
    told = await house.plant("RoutingService/GetTimeline", name=offer.work_item)
    assert NEEDLE in told.entries[-1].offer_answer.reason
    pool.dispatch.Clear()
    assert not isinstance(await house.call(OURS + "WorkforceService/UpdatePool", offering), grpc.StatusCode)


async def _arrange(house: House) -> None:
    for method, request in BEGINNING:
        if method.startswith(OURS + "WorkforceService"):
            await house.call(method, request)
    publish: Any = planted(OURS + "RuleService/PublishRuleSet", house.text, {})
    publish.source = RULES
    assert not isinstance(await house.call(OURS + "RuleService/PublishRuleSet", publish), grpc.StatusCode)


async def _submit_a_hopeless_one(house: House) -> None:
    """Submit what no rule can read: it dies of it, and its fault tells why."""
    item = routing.WorkItem(
        kind=routing.WorkItem.KIND_LEAD, source="crm", external_id=house.text(),
        attributes=struct({**ATTRIBUTES, "potential": NEEDLE}),
    )  # fmt: skip
    await house.call(
        OURS + "RoutingService/SubmitWorkItem", routing.SubmitWorkItemRequest(parent=PARENT, work_item=item)
    )


async def _send_what_cannot_be_mapped(house: House) -> None:
    """Send a lead of the person of which one field is no number: it is kept with its fault."""
    source = intake.LeadSource(
        attributes=[intake.MappedAttribute(attribute="potential", type=intake.MappedAttribute.TYPE_NUMBER)],
        token_field="token",
    )
    request = intake.CreateSourceRequest(parent=PARENT, source_id="fair", source=source)
    made = await house.call(OURS + "IntakeService/CreateSource", request)
    fields = {**ATTRIBUTES, "potential": house.text(), "token": made.token}
    payload = intake.Payload(content_type="application/json", data=json.dumps(fields).encode())
    sent = await house.call(
        OURS + "IntakeService/IntakeLeads", intake.IntakeLeadsRequest(name=made.name, payload=payload)
    )
    assert NEEDLE in sent.results[0].failure.faults[0]


async def _erase(house: House, subject: str) -> Any:
    request = privacy.EraseSubjectRequest(parent=PARENT, subject=subject, request_id=house.text())
    return await house.call(OURS + "PrivacyService/EraseSubject", request)


async def _subjects(house: House) -> set[str]:
    """Return the names of all work items, routed or not."""
    listed = await house.call(
        OURS + "RoutingService/ListWorkItems", routing.ListWorkItemsRequest(parent=PARENT, page_size=1000)
    )
    names = {item.name for item in listed.work_items}
    for state in queue.Submission.State.keys()[1:]:
        request = queue.ListSubmissionsRequest(parent=PARENT, page_size=1000, state=state)
        page = await house.call(OURS + "QueueService/ListSubmissions", request)
        names |= {submission.work_item for submission in page.submissions}
    return names


async def test_a_planted_person_is_found_everywhere_and_after_erasing_nowhere(house: House, tmp_path: Path) -> None:
    lease = await _fill(house)
    before = await house.found()
    stats = await house.queue.stats(TENANT)
    shutil.copytree(house.folders[0], tmp_path / "before", ignore=shutil.ignore_patterns("*.sock"))

    assert await _erase(house, CUSTOMER) is grpc.StatusCode.ABORTED  # a worker has one of theirs
    await house.queue.settle(TENANT, [Settlement(lease, SettlementKind.RELEASE)])
    answers = [await _erase(house, CUSTOMER)]
    answers += [await _erase(house, subject) for subject in sorted(await _subjects(house))]
    answers += [await _erase(house, customer) for customer in await _remembered(house)]
    house.traces.close()
    shutil.copytree(house.folders[0], tmp_path / "after", ignore=shutil.ignore_patterns("*.sock"))

    assert {state for state, count in stats.counts.items() if count} == {
        JobState.READY, JobState.DELAYED, JobState.LEASED, JobState.DEAD,
    }  # fmt: skip
    assert before >= {"personal", "customer", "queue:routing:jobs", "queue:routing:faults", "sources:fair:failed"}
    assert any(place.startswith("file appendonly.aof") for place in before)
    assert not before & {"events", "log lines", "spans"}
    assert all(answer.clean_time.seconds and not answer.hindrance for answer in answers)
    assert sum(answer.value_count for answer in answers) > 10
    assert sum(answer.submission_count for answer in answers) == 6  # one waited to be imported, and one to be mapped
    assert await house.found() == set()
    assert house.spans.get_finished_spans()
    assert [bool(list(_files_with(tmp_path / copy))) for copy in ("before", "after")] == [True, False]
    assert _said("verify", house) == 0
    assert _said("replay", house) == 0


async def _remembered(house: House) -> list[str]:
    """Return the customers of whom a score is remembered."""
    redis: Any = house.stores.redis
    prefix = f"fairlead:{{{TENANT}}}:customer:"
    return sorted([key.decode().removeprefix(prefix) async for key in redis.scan_iter(f"{prefix}*")])


def _said(command: str, house: House) -> int:
    program = str(Path(sys.executable).parent / "fairlead")
    ended = subprocess.run(
        [program, "log", command, "--tenant", TENANT, "--redis-url", house.store.url],
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    if command == "replay":
        assert re.search(r"\d+ erased items: replayed from the kept outcomes", ended.stdout), ended.stdout
    assert not _holds(ended.stdout.encode() + ended.stderr.encode())
    return ended.returncode


def test_every_reason_to_leave_a_field_alone_is_needed() -> None:
    from tests.integration.erasure.planting import SKIPPED

    names = [place.name for place in places()]

    assert [pattern for pattern in SKIPPED if not any(re.fullmatch(pattern, name) for name in names)] == []


def test_every_text_of_a_work_item_is_planted_but_names_and_its_source() -> None:
    planted_ones = {
        place.path[-1] for place in places() if "work_item" in place.path and not place.is_skipped and _is_routed(place)
    }

    assert planted_ones == {"external_id", "attributes"}


def _is_routed(place: Place) -> bool:
    return place.method.removeprefix(OURS).startswith("RoutingService")


async def test_the_store_forgets_the_commands_that_were_slow(own_store: EmbeddedServer) -> None:
    redis: Any = Redis.from_url(own_store.url)
    await redis.config_set("slowlog-log-slower-than", 0)
    await redis.set("key", NEEDLE)
    await redis.config_set("slowlog-log-slower-than", 10_000_000)

    clean_ms, hindrance = await rewritten(redis)

    assert (clean_ms > 0, hindrance) == (True, "")
    assert await redis.slowlog_get() == []
    await redis.aclose()


def _kill_with_children(pid: int) -> None:
    for process in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
        os.kill(process, signal.SIGKILL)


async def test_a_store_that_died_while_it_wrote_its_file_anew_leaves_none_of_it(own_store: EmbeddedServer) -> None:
    redis: Any = Redis.from_url(own_store.url)
    await redis.mset({f"{NEEDLE} {number}": number for number in range(10_000)})
    await redis.config_set("rdb-key-save-delay", 10_000)  # microseconds a key
    await redis.bgrewriteaof()
    until(lambda: any(own_store.folder.glob("temp-*")))
    pid = (await redis.info("server"))["process_id"]
    _kill_with_children(pid)
    await redis.aclose()

    own_store.stop()
    own_store.start()

    assert list(own_store.folder.glob("temp-*")) == []


@pytest.mark.parametrize("by_hand", [True, False])
async def test_what_a_store_saved_is_saved_again(own_store: EmbeddedServer, by_hand: bool) -> None:
    redis: Any = Redis.from_url(own_store.url)
    await redis.set(NEEDLE, 1)
    await redis.save()
    await redis.delete(NEEDLE)
    if not by_hand:
        await redis.config_set("save", "3600 1")
        await redis.config_resetstat()  # as after a start
    assert [file.name for file in _files_with(own_store.folder) if file.suffix == ".rdb"] == ["dump.rdb"]

    clean_ms, hindrance = await rewritten(redis)

    assert (clean_ms > 0, hindrance) == (True, "")
    assert list(_files_with(own_store.folder)) == []
    await redis.aclose()


async def test_a_store_that_keeps_no_file_says_so_and_saves_none(own_store: EmbeddedServer) -> None:
    redis: Any = Redis.from_url(own_store.url)
    await redis.config_set("appendonly", "no")

    clean_ms, hindrance = await rewritten(redis)

    assert (clean_ms, hindrance) == (
        0,
        "the store keeps no file: one that it saved before is clean once it has saved again",
    )
    assert list(own_store.folder.glob("*.rdb")) == []
    await redis.aclose()
