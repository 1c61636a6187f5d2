"""The service against queues in memory: what is asked for twice, listed, cancelled, forgotten, waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from failures import InvalidInput, NotFound, RequestIdReused
from operations.errors import StillRuns, TooMuchWaits
from operations.executor import BOUNDS
from operations.operation import CANCELLED, EVERYBODY, Failed, Progress, Succeeded, Task, place_of, write_note
from operations.service import LOOK_S, OperationService
from tests.twins.queue import MemoryQueue
from training.learn.candidates import LADDER
from training.request import RUNGS
from workqueue.jobs import Bounds, JobState, Settlement, SettlementKind

TASK = Task("models/churn", {"rows": 3}, fingerprint="m", actor="ann")


class Clock:
    """An instant that waiting moves; what is to happen meanwhile happens then."""

    now_us = 1_700_000_000_000_000

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.meanwhile: Iterator[object] = iter(())

    def __call__(self) -> float:
        return self.now_us / 1e6

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now_us += round(seconds * 1e6)
        happens = next(self.meanwhile, None)
        if happens is not None:
            await happens  # type: ignore[misc]


class Office:
    """A operations, its queues and their clock."""

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self.clock = Clock()
        self.queues = {kind: MemoryQueue(lambda: self.clock.now_us, bounds) for kind in ("train", "rescore")}
        self.operations = OperationService(self.queues, self.clock.pause, self.clock)

    async def end(self, verdict: SettlementKind, reason: str = "", note: str = "") -> None:
        """End what is next as a worker does."""
        (lease,) = (await self.queues["train"].lease(EVERYBODY, 1, 60)).leases
        await self.queues["train"].settle(EVERYBODY, [Settlement(lease, verdict, reason, note=note)])


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_repeated_request_gets_the_same_operation_however_it_ended(office: Office) -> None:
    begun = await office.operations.begin("train", "", TASK, "r")
    await office.end(SettlementKind.DEAD, reason="no memory")
    again = await office.operations.begin("train", "", replace(TASK, actor="bob"), "r")

    assert again.name == begun.name
    assert (again.job.state, again.task.actor) == (JobState.DEAD, "ann")


async def test_a_request_id_with_other_content_is_refused(office: Office) -> None:
    await office.operations.begin("train", "", TASK, "r")

    with pytest.raises(RequestIdReused):
        await office.operations.begin("train", "", replace(TASK, fingerprint="other"), "r")


async def test_tenants_have_operations_of_their_own(office: Office) -> None:
    names = [(await office.operations.begin("train", tenant, TASK, "r")).name for tenant in ("", "acme", "bolt")]

    assert [place_of(name) for name in names] == [
        (whose, names[0].removeprefix("operations/")) for whose in (EVERYBODY, "acme", "bolt")
    ]
    assert [operation.name for operation in await office.operations.listed("acme")] == [names[1]]
    assert [operation.name for operation in await office.operations.listed("")] == [names[0]]


async def test_all_kinds_are_listed_newest_first(office: Office) -> None:
    names = []
    for kind in ("train", "rescore", "train"):
        office.clock.now_us += 1
        names.append((await office.operations.begin(kind, "", TASK)).name)

    assert [operation.name for operation in await office.operations.listed("")] == names[::-1]
    assert [operation.name for operation in await office.operations.listed("", after=names[2])] == [names[1], names[0]]


async def test_a_list_does_not_go_on_behind_what_is_gone(office: Office) -> None:
    with pytest.raises(InvalidInput, match="page_token: leads behind 'operations/train-1', which is gone"):
        await office.operations.listed("", after="operations/train-1")


async def test_a_full_queue_refuses_and_makes_room_of_what_is_over() -> None:
    office = Office(Bounds(jobs=1))
    await office.operations.begin("train", "", TASK)
    with pytest.raises(TooMuchWaits):
        await office.operations.begin("train", "", TASK)
    await office.end(SettlementKind.KEEP)

    assert not (await office.operations.begin("train", "", TASK)).is_over


async def test_a_cancelled_operation_is_over_and_says_so(office: Office) -> None:
    begun = await office.operations.begin("train", "", TASK)

    await office.operations.cancel(begun.name)

    operation = await office.operations.get(begun.name)
    assert (operation.is_over, operation.note) == (True, Failed("cancelled", CANCELLED))


async def test_cancelling_what_is_over_changes_nothing(office: Office) -> None:
    begun = await office.operations.begin("train", "", TASK)
    await office.end(SettlementKind.KEEP, note=write_note(Succeeded(b"\x00made")))

    await office.operations.cancel(begun.name)

    assert (await office.operations.get(begun.name)).note == Succeeded(b"\x00made")


def test_a_task_is_stored_as_servers_of_fb041ba_stored_it() -> None:
    payload = b'{"target": "models/churn", "told": {"rows": 3}, "mark": "m", "actor": "ann"}'

    assert Task.unpack(payload) == TASK
    assert TASK.pack() == payload


@pytest.mark.parametrize("verdict", [SettlementKind.KEEP, SettlementKind.DEAD])
async def test_what_is_over_can_be_forgotten_and_nothing_else(office: Office, verdict: SettlementKind) -> None:
    begun = await office.operations.begin("train", "", TASK)
    with pytest.raises(StillRuns):
        await office.operations.forget(begun.name)
    await office.end(verdict)

    await office.operations.forget(begun.name)

    with pytest.raises(NotFound):
        await office.operations.get(begun.name)


async def test_what_was_given_up_is_tried_again_when_it_is_redriven(office: Office) -> None:
    begun = await office.operations.begin("train", "", TASK)
    await office.end(SettlementKind.DEAD, reason="no memory")
    given_up = await office.operations.get(begun.name)

    redriven = await office.operations.redrive(begun.name)

    assert (given_up.is_over, given_up.job.fault) == (True, "no memory")
    assert (redriven.is_over, redriven.job.state, redriven.job.deliveries) == (False, JobState.READY, 0)


async def test_a_repeated_request_to_redrive_does_not_do_it_once_more(office: Office) -> None:
    begun = await office.operations.begin("train", "", TASK)
    other = await office.operations.begin("train", "", TASK)
    await office.end(SettlementKind.DEAD)
    await office.operations.redrive(begun.name, request_id="r")
    await office.end(SettlementKind.DEAD)

    assert (await office.operations.redrive(begun.name, request_id="r")).is_over
    with pytest.raises(RequestIdReused):
        await office.operations.redrive(other.name, request_id="r")


async def test_whoever_waits_looks_now_and_then_until_it_is_over(office: Office) -> None:
    begun = await office.operations.begin("train", "", TASK)
    office.clock.meanwhile = iter([None, office.end(SettlementKind.KEEP, note=write_note(Progress("publish", 1, 1)))])

    over = await office.operations.wait(begun.name, 60)

    assert (over.is_over, office.clock.waits) == (True, [LOOK_S, LOOK_S])


async def test_whoever_waits_gets_it_as_it_is_when_the_time_is_up(office: Office) -> None:
    begun = await office.operations.begin("train", "", TASK)

    waited = await office.operations.wait(begun.name, 0.75)

    assert (waited.is_over, office.clock.waits) == (False, [LOOK_S, 0.25])


def test_a_request_may_ask_for_as_many_rungs_as_the_ladder_has() -> None:
    assert len(LADDER) == RUNGS
