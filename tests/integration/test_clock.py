"""The simulated clock of a private store: all that is stored or compared follows it, and no real store may have one."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from redis import Redis

from fairlead.v1 import workforce_pb2
from router.adapters.redis.repositories import Stores
from router.cli.absence_cells import absence_policy
from router.model.calendars import Absence, Calendar, Hours, WeeklyHours
from router.model.events import Credited, Fired
from router.model.workforce import Record, Rep
from router.workforce.presence import PresenceService
from service import main
from store.clients import client_for, close
from store.clock import KEY, LAST_US, SimulatedClock
from store.clock import simulated as simulated_scripts
from store.embedded.orphans import socket_path
from store.embedded.server import EmbeddedServer
from store.scripts import lua
from tests.api import EVERYONE, WAITING, Api, connected, differences
from tests.chaos.processes import until
from tests.served import Served, refusal

MONDAY = datetime(2031, 3, 3, 9, tzinfo=UTC)
WAITS = {"fields": {}, "default": {"route": {"pool": "everyone", "fallback": ["wait"]}}}
WAITS_APART = WAITS | {
    "fields": {"region": {"type": "string"}},
    "rules": [
        {
            "id": "others",
            "when": {"field": "region", "op": "eq", "value": "elsewhere"},
            "route": {"pool": "others", "fallback": ["wait"]},
        }
    ],
}
_instants = st.integers(0, 4_000_000_000_000)
"""Milliseconds since the epoch, until 2096."""


@pytest.fixture(scope="module")
def data(short_path: Path) -> Path:
    """Return the folder of a service whose clock is simulated."""
    return short_path / "simulated"


# One log after the other: each test that sets the clock begins after the events of those above it.
@pytest.fixture(scope="module")
def simulated(data: Path) -> Iterator[Served]:
    """Yield two processes of a service whose clock is simulated, and who route nothing that is submitted."""
    served = Served(data, {"FAIRLEAD_WORKERS": "0"}, options=("--simulated-clock", "--processes", "2"))
    served.ready()
    yield served
    served.close()


def clock(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["clock", *arguments, "--data", str(data)])


def moved(data: Path, *arguments: str) -> str:
    """Move the clock, which must succeed; return what is printed."""
    ended = clock(data, *arguments)
    assert ended.exit_code == 0, ended.output
    return ended.output


async def moves(data: Path, *arguments: str) -> None:
    """Move the clock beside other calls."""
    await asyncio.to_thread(moved, data, *arguments)


def url_of(data: Path) -> str:
    return f"unix://{socket_path(data)}"


async def staffed(api: Api) -> None:
    await api.adopt(EVERYONE)
    await api.hire("ann")
    await api.pool("everyone", ["ann"])


async def test_decisions_of_every_process_have_the_time_that_was_set(
    simulated: Served, data: Path, tenant: str
) -> None:
    await moves(data, "rate", "0")
    await moves(data, "set", "2031-03-03T09:00")
    async with connected(simulated.address, tenant, url_of(data)) as api:
        await staffed(api)
        before = await times_of_decisions(simulated.address, tenant)
        await moves(data, "advance", "2d12h")
        later = await times_of_decisions(simulated.address, tenant)

    assert (before, later) == ({MONDAY}, {MONDAY + timedelta(days=2, hours=12)})
    assert await differences(url_of(data), tenant) == []


async def times_of_decisions(address: str, tenant: str) -> set[datetime]:
    """Route over many connections, of which each process has some."""
    times = set()
    for _ in range(8):
        async with connected(address, tenant) as api:
            times.add((await api.route()).decide_time.ToDatetime(UTC))
    return times


async def goes_away(data: Path, tenant: str, rep: str, until: datetime) -> None:
    """Have a rep away until an instant of the simulated clock."""
    stores = Stores.connect(url_of(data))
    with simulated_scripts():
        await PresenceService(stores.presences).set_presence(tenant, rep, round(until.timestamp() * 1000))
    await stores.close()


async def test_06_whoever_is_back_gets_what_waits_longest_at_that_very_instant(
    simulated: Served, data: Path, tenant: str
) -> None:
    await moves(data, "rate", "0")
    await moves(data, "set", "2031-03-10T09:00")
    back = MONDAY + timedelta(weeks=1, hours=3)
    async with connected(simulated.address, tenant, url_of(data)) as api:
        await api.adopt(WAITS)
        await api.hire("ann", capacity={"LEAD": 2})
        await api.pool("everyone", ["ann"])
        await goes_away(data, tenant, "ann", back)
        for number in range(3):
            assert (await api.route(f"L-{number}")).outcome == WAITING
            await moves(data, "advance", "1m")
        printed = await asyncio.to_thread(moved, data, "advance", "2d")
        owners = [(await api.item(f"{api.parent}/workItems/crm~L-{number}")).owner for number in range(3)]
        woken = [await api.decision((await api.item(f"{api.parent}/workItems/crm~L-{n}")).decision) for n in range(2)]

    assert "; 1 timer fired on the way" in printed
    assert printed.startswith("2031-03-12 09:03:00 UTC, and stands")
    assert owners == [api.rep_name("ann"), api.rep_name("ann"), ""]
    assert {decision.decide_time.ToDatetime(UTC) for decision in woken} == {back}
    assert await differences(url_of(data), tenant) == []


async def works_nine_to_six(data: Path, tenant: str, rep: str) -> None:
    """Have a rep who may have two leads work from nine to six on weekdays in Shanghai."""
    hours = tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5))
    records: dict[tuple[str, str], Record] = {
        ("calendar", "office"): Calendar("office", "Asia/Shanghai", hours),
        ("rep", rep): Rep(rep, capacity={"LEAD": 2}, calendar="office"),
    }
    stores = Stores.connect(url_of(data))
    with simulated_scripts():
        present = await stores.workforce.read(tenant)
        await stores.workforce.write(tenant, present.revision, records, event_hash=present.event_hash)
    await stores.close()


async def test_07_what_came_on_saturday_has_its_owner_when_they_come_on_monday(
    simulated: Served, data: Path, tenant: str
) -> None:
    monday_at_nine = datetime(2031, 3, 17, 1, tzinfo=UTC)
    await moves(data, "rate", "0")
    await moves(data, "set", "2031-03-15T12:00+08:00")
    async with connected(simulated.address, tenant, url_of(data)) as api:
        await api.adopt(WAITS_APART)
        await api.hire("ann")
        await api.pool("everyone", ["ann"])
        await api.hire("bob")
        await api.pool("others", ["bob"])
        await works_nine_to_six(data, tenant, "ann")
        await goes_away(data, tenant, "bob", monday_at_nine + timedelta(weeks=1))
        outcomes = {(await api.route(f"L-{number}")).outcome for number in range(3)}
        await the_log_is_read(api, data)
        await moves(data, "advance", "1w")
        items = [await api.item(f"{api.parent}/workItems/crm~L-{number}") for number in range(3)]
        woken = [await api.decision(item.decision) for item in items[:2]]

    assert outcomes == {WAITING}
    assert [item.owner for item in items] == [api.rep_name("ann"), api.rep_name("ann"), ""]
    assert {decision.decide_time.ToDatetime(UTC) for decision in woken} == {monday_at_nine}
    assert await steps_fired(data, tenant) == {"crm~L-0": 1, "crm~L-1": 1, "crm~L-2": 5}
    assert await differences(url_of(data), tenant) == []


async def the_log_is_read(api: Api, data: Path) -> None:
    """Wait until who finds owners has read the log to its end: then bob, who is back, has what waited for bob alone.

    Else it may find out on Monday what happened on Saturday, and try again then what a timer has not woken yet.
    """
    waiting = await api.route("OTHER", region="elsewhere")
    assert waiting.outcome == WAITING
    stores = Stores.connect(url_of(data))
    with simulated_scripts():
        await PresenceService(stores.presences).set_presence(api.tenant, "bob", None)
    await stores.close()

    async def has_owner() -> bool:
        return bool((await api.item(waiting.work_item)).owner)

    await until(has_owner, "bob has what waited for bob")


async def steps_fired(data: Path, tenant: str) -> dict[str, int]:
    """Return how often each work item was woken."""
    stores = Stores.connect(url_of(data))
    events = await stores.assignments.events(tenant, count=1000)
    await stores.close()
    return dict(Counter(event.item_id for event in events if isinstance(event, Fired)))


@contextmanager
def working(data: Path) -> Iterator[None]:
    """Run a process that routes what is submitted."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    command = [str(Path(sys.executable).parent / "fairlead"), "work", "--data", str(data)]
    with subprocess.Popen(command, env=environ) as process:
        try:
            yield
        finally:
            process.kill()


@pytest.mark.long
async def test_the_queue_and_a_worker_beside_the_service_follow_it_too(
    simulated: Served, data: Path, tenant: str
) -> None:
    await moves(data, "rate", "0")
    await moves(data, "set", "2031-04-02T03:04:05+08:00")
    async with connected(simulated.address, tenant, url_of(data)) as api:
        await staffed(api)
        submitted = await api.submit("L-1")
        await moves(data, "advance", "90m")
        waited = (await api.counts()).next_wait_duration.ToTimedelta()
        with working(data):
            while not (item := await api.item(submitted.work_item)).decision:  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.02)
        decision = await api.decision(item.decision)

    began = datetime(2031, 4, 1, 19, 4, 5, tzinfo=UTC)
    assert submitted.submit_time.ToDatetime(UTC) == began
    assert waited == timedelta(minutes=90)
    assert decision.decide_time.ToDatetime(UTC) == began + timedelta(minutes=90)


def test_it_runs_as_fast_as_it_is_told(simulated: Served, data: Path) -> None:
    moved(data, "set", "2031-04-07T09:00")

    assert "runs 3,600 seconds a second; really it is 20" in moved(data, "rate", "3600")
    assert re.match(r"2031-04-07 .* UTC, and stands;", moved(data, "rate", "0"))
    assert moved(data, "set", "2031-04-07T09:00").startswith("2031-04-07 09:00:00 UTC, and stands;")
    assert moved(data, "show").startswith("2031-04-07 09:00:00 UTC, and stands;")


@settings(max_examples=15)
@given(st.lists(_instants, min_size=1, max_size=6))
def test_time_never_runs_back_in_a_log_whatever_the_clock_does(
    simulated: Served, data: Path, instants: Sequence[int]
) -> None:
    times = asyncio.run(times_of_events(simulated.address, url_of(data), instants))

    assert times == sorted(times)
    assert times[-1] == max(instants)


async def times_of_events(address: str, url: str, instants: Sequence[int]) -> list[int]:
    """Make a change at each reading of the clock, by a tenant of its own; return the times of the events."""
    redis, tenant = client_for(url), f"t-{abs(hash(tuple(instants)))}"
    stores = Stores.connect(url)
    try:
        async with connected(address, tenant, url) as api:
            for number, at_ms in enumerate(instants):
                await SimulatedClock(redis).set(at_ms * 1000, rate=0)
                await api.hire(f"rep-{number}")
        return [event.at_ms for event in await stores.assignments.events(tenant)]
    finally:
        await redis.delete(*[key async for key in redis.scan_iter(match=f"fairlead:{{{tenant}}}:*")] or ["none"])
        await stores.close()
        await close(redis)


# ------------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("set", "tomorrow"), "INSTANT is 'tomorrow'; allowed is e.g. 2026-03-02T09:00"),
        (("set", "1969-12-31T00:00"), "the time would lie before 1970 or after 9998"),
        (("advance", "2 days"), "DURATION is '2 days'; allowed are e.g. 2d12h, 90m or 1w"),
        (("advance", ""), "DURATION is ''"),
        (("advance", "-1d"), "DURATION is '-1d'"),
        (("set", "-1"), "INSTANT is '-1'"),
        (("advance", "999999w"), "the time would lie before 1970 or after 9998"),
        (("rate", "-1"), "-1.0 is not in the range 0<=x<=1000000"),
        (("rate", "nan"), "rate is nan; allowed is 0 or more"),
    ],
)
def test_what_is_no_time_is_refused(simulated: Served, data: Path, arguments: Sequence[str], message: str) -> None:
    before = moved(data, "rate", "0")

    ended = CliRunner().invoke(main, ["clock", *arguments, "--data", str(data)])

    assert (ended.exit_code, message in ended.output) == (2, True), ended.output
    assert moved(data, "show").partition(";")[0] == before.partition(";")[0]


async def test_the_clock_is_not_set_back_before_the_newest_event(simulated: Served, data: Path, tenant: str) -> None:
    await moves(data, "rate", "0")
    await moves(data, "set", "2031-04-14T09:00")
    async with connected(simulated.address, tenant, url_of(data)) as api:
        await api.hire("ann")  # no rules: in no list of tenants
    await moves(data, "advance", "2h")

    ended = await asyncio.to_thread(clock, data, "set", "2031-04-14T08:59:59")

    assert ended.exit_code == 2
    assert "2031-04-14 08:59:59.000 UTC, before the newest event, of 2031-04-14 09:00:00.000 UTC" in ended.output
    assert "allowed is that instant or a later one; to begin earlier, serve another folder with --data" in ended.output
    assert (await asyncio.to_thread(moved, data, "show")).startswith("2031-04-14 11:00:00 UTC")
    assert (await asyncio.to_thread(moved, data, "set", "2031-04-14T09:00")).startswith("2031-04-14 09:00:00 UTC")


async def test_a_calendar_is_drawn_from_the_simulated_today_on(simulated: Served, data: Path, tenant: str) -> None:
    await moves(data, "rate", "0")
    await moves(data, "set", "2031-04-20T22:00")
    async with connected(simulated.address, tenant, url_of(data)) as api:
        await api.hire("ann")
        await works_nine_to_six(data, tenant, "ann")

    at = ("--server", simulated.address, "--tenant", tenant)
    drawn = await asyncio.to_thread(CliRunner().invoke, main, ["calendars", "show", "office", *at])

    days = re.findall(r"\d{4}-\d\d-\d\d", drawn.output)
    assert (days[0], len(days)) == ("2031-04-21", 14)  # in Shanghai it is Monday already


async def test_what_waits_is_listed_with_what_for_and_until_when(simulated: Served, data: Path, tenant: str) -> None:
    await moves(data, "rate", "0")
    await moves(data, "set", "2031-04-26T12:00+08:00")
    at = ("--server", simulated.address, "--tenant", tenant)
    async with connected(simulated.address, tenant, url_of(data)) as api:
        await api.adopt(WAITS)
        await api.hire("ann")
        await api.pool("everyone", ["ann"])
        await works_nine_to_six(data, tenant, "ann")
        assert (await api.route("L-1")).outcome == WAITING
        listed = [
            (await asyncio.to_thread(_listed, what, *options, *at))
            for what in ("items", "decisions")
            for options in ((), ("--language", "zh"))
        ]
        told = await asyncio.to_thread(_listed, "decisions", "--language", "zh", "--json", *at)
        await moves(data, "advance", "1w")
        later = await asyncio.to_thread(_listed, "items", *at)

    for english, chinese in (listed[:2], listed[2:]):
        assert ("waits" in english, "until" in english, "0/1" in english) == (True, True, True), english
        assert ("在等什么" in chinese, "等到" in chinese, "0/1" in chinese) == (True, True, True), chinese
    assert json.loads(told)["refusal_summary"] == "0/1 人合格：1 人不在上班时间"
    assert "waits" not in later


def _listed(what: str, *options: str) -> str:
    ended = CliRunner().invoke(main, [what, "list", *options])
    assert ended.exit_code == 0, ended.output
    return ended.output


async def test_simulated_time_stands_at_its_end_whatever_the_rate(own_store: EmbeddedServer) -> None:
    redis = client_for(own_store.url)
    clock = SimulatedClock(redis)
    await clock.set(LAST_US - 1, 1e12)

    at_us, _ = await clock.read()
    in_scripts = await _clock_of_scripts(redis)

    assert at_us == in_scripts == LAST_US
    assert (await clock.now()).year == 9999
    await close(redis)


async def _clock_of_scripts(redis: Any) -> int:
    return int(await redis.eval(lua("store", "simulated_clock") + "return string.format('%.0f', clock_us())", 0))


def test_where_nothing_runs_there_is_no_clock(tmp_path: Path) -> None:
    ended = clock(tmp_path, "show")

    assert ended.exit_code == 2
    assert f"--data {tmp_path}: no service runs with it" in ended.output


def test_the_clock_of_a_store_whose_time_is_real_cannot_be_moved(own_store: EmbeddedServer) -> None:
    ended = clock(own_store.folder, "advance", "1h")

    assert (ended.exit_code, "the time of this store is real" in ended.output) == (1, True)
    assert not keys_of(own_store)


def keys_of(store: EmbeddedServer) -> list[Any]:
    with Redis.from_url(store.url) as redis:
        return list(redis.scan_iter())


def test_a_folder_whose_time_is_simulated_is_not_served_without(data_folder: Path) -> None:
    with_clock(data_folder)

    assert "the time of this data folder is simulated" in refusal(data_folder)


def with_clock(folder: Path) -> None:
    """Leave a simulated clock in a data folder."""
    server = EmbeddedServer(folder)
    server.start()
    plant_clock(server.url)
    server.stop()


def plant_clock(url: str) -> None:
    with Redis.from_url(url) as redis:
        redis.hset(KEY, mapping={"at_us": 0, "since_us": 0, "rate": "1.0"})


def test_a_real_store_that_has_a_simulated_clock_is_served_by_nobody(own_store: EmbeddedServer, tmp_path: Path) -> None:
    plant_clock(own_store.url)

    said = refusal(tmp_path, {"FAIRLEAD_REDIS_URL": own_store.url})
    worked = CliRunner().invoke(main, ["work", "--redis-url", own_store.url])

    assert worked.exit_code == 1
    for output in (said, worked.output):
        assert f"this store has the key {KEY}: its time is simulated" in output


def doctor(data: Path) -> str:
    arguments = ["doctor", "--data", str(data), "--listen", "127.0.0.1:0"]
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "200"}).output


def test_the_doctor_says_of_a_running_private_store_that_its_time_is_simulated(simulated: Served, data: Path) -> None:
    assert re.search(r"! +time +simulated", doctor(data))


@pytest.mark.long
async def test_the_doctor_judges_timers_by_the_simulated_time(short_path: Path, tenant: str) -> None:
    data = short_path / "doctored"  # its own: the timers of every tenant are judged
    simulated = Served(data, options=("--simulated-clock",))
    simulated.ready()
    await moves(data, "rate", "0")
    await moves(data, "set", "2021-03-01T09:00")  # long past, for a clock that is real
    async with connected(simulated.address, tenant, url_of(data)) as api:
        with simulated_scripts():
            await api.adopt(WAITS)
            await api.hire("ann")
            await api.pool("everyone", ["ann"])
        await goes_away(data, tenant, "ann", datetime(2021, 3, 1, 12, tzinfo=UTC))
        assert (await api.route("L-1")).outcome == WAITING
        await moves(data, "advance", "1h")
        told = await asyncio.to_thread(doctor, data)
    simulated.close()

    assert re.search(r"✓ +timers +[1-9]\d* waiting, the earliest late by 0 s", told), told  # of all tenants


@pytest.mark.long
def test_a_real_store_is_not_served_with_a_simulated_clock(own_store: EmbeddedServer, tmp_path: Path) -> None:
    served = Served(tmp_path, {"FAIRLEAD_REDIS_URL": own_store.url}, options=("--simulated-clock",))

    assert served.ended() == 1
    assert "--simulated-clock is for the private store alone" in "".join(served.log)
    assert not keys_of(own_store)


async def goes_on_leave(data: Path, tenant: str, rep: str, start_ms: int) -> None:
    """Have a rep on leave for a day."""
    stores = Stores.connect(url_of(data))
    with simulated_scripts():
        present = await stores.workforce.read(tenant)
        leave = Absence(f"{rep}/1", start_ms, start_ms + 86_400_000)
        records: dict[tuple[str, str], Record | None] = {("absence", leave.id): leave}
        await stores.workforce.write(tenant, present.revision, records, event_hash=present.event_hash)
    await stores.close()


@pytest.mark.long
async def test_a_leave_is_credited_at_its_end_and_the_credit_ends_at_its_own(
    simulated: Served, data: Path, tenant: str
) -> None:
    await moves(data, "rate", "0")
    await moves(data, "set", "2031-05-05T09:00")
    start_ms = round(datetime(2031, 5, 5, 9, tzinfo=UTC).timestamp() * 1000)
    async with connected(simulated.address, tenant, url_of(data)) as api:
        await api.hire("bob")
        await staffed(api)
        pool = workforce_pb2.Pool(
            name=f"{api.parent}/pools/everyone", absence_policy=absence_policy("credit:5:86400s:1")
        )
        pool.members.extend(workforce_pb2.PoolMember(rep=rep) for rep in ("ann", "bob"))
        await api.workforce.UpdatePool(workforce_pb2.UpdatePoolRequest(pool=pool))
        await goes_on_leave(data, tenant, "ann", start_ms)
        await api.route()

        await moves(data, "advance", "7d")

    stores = Stores.connect(url_of(data))
    events = await stores.assignments.events(tenant, count=100)
    await stores.close()
    day_ms = 86_400_000
    steps = [(event.at_ms - start_ms, event.amount) for event in events if isinstance(event, Credited)]
    assert steps == [(day_ms, 500_000), (2 * day_ms, -500_000)]
    assert await differences(url_of(data), tenant) == []
