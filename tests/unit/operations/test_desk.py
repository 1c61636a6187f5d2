"""The desk against queues in memory: what is asked for twice, listed, cancelled, forgotten, waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import grpc
import pytest

from operations import errors
from operations.carrying import BOUNDS
from operations.desk import LOOK_S, Desk
from operations.errors import InvalidInput, NotFound, RequestIdReused, StillRuns, TooMuchWaits
from operations.operation import CANCELLED, EVERYBODY, Answered, Failed, Progress, Task, place_of, write_note
from operations.rpc.status import CODES
from training.learn.candidates import LADDER
from training.request import RUNGS
from workqueue.adapters.memory import MemoryQueue
from workqueue.jobs import Bounds, Ending, State, Verdict

TASK = Task("models/churn", {"rows": 3}, mark="m", actor="ann")


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
    """A desk, its queues and their clock."""

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self.clock = Clock()
        self.queues = {kind: MemoryQueue(lambda: self.clock.now_us, bounds) for kind in ("train", "rescore")}
        self.desk = Desk(self.queues, self.clock.pause, self.clock)

    async def end(self, verdict: Verdict, reason: str = "", note: str = "") -> None:
        """End what is next as a worker does."""
        (lease,) = (await self.queues["train"].lease(EVERYBODY, 1, 60)).leases
        await self.queues["train"].settle(EVERYBODY, [Ending(lease, verdict, reason, note=note)])


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_repeated_request_gets_the_same_operation_however_it_ended(office: Office) -> None:
    begun = await office.desk.begin("train", "", TASK, "r")
    await office.end(Verdict.DEAD, reason="no memory")
    again = await office.desk.begin("train", "", replace(TASK, actor="bob"), "r")

    assert again.name == begun.name
    assert (again.job.state, again.task.actor) == (State.DEAD, "ann")


async def test_a_request_id_with_other_content_is_refused(office: Office) -> None:
    await office.desk.begin("train", "", TASK, "r")

    with pytest.raises(RequestIdReused):
        await office.desk.begin("train", "", replace(TASK, mark="other"), "r")


async def test_tenants_have_operations_of_their_own(office: Office) -> None:
    names = [(await office.desk.begin("train", tenant, TASK, "r")).name for tenant in ("", "acme", "bolt")]

    assert [place_of(name) for name in names] == [
        (whose, names[0].removeprefix("operations/")) for whose in (EVERYBODY, "acme", "bolt")
    ]
    assert [found.name for found in await office.desk.listed("acme")] == [names[1]]
    assert [found.name for found in await office.desk.listed("")] == [names[0]]


async def test_all_kinds_are_listed_newest_first(office: Office) -> None:
    names = []
    for kind in ("train", "rescore", "train"):
        office.clock.now_us += 1
        names.append((await office.desk.begin(kind, "", TASK)).name)

    assert [found.name for found in await office.desk.listed("")] == names[::-1]
    assert [found.name for found in await office.desk.listed("", after=names[2])] == [names[1], names[0]]


async def test_a_list_does_not_go_on_behind_what_is_gone(office: Office) -> None:
    with pytest.raises(InvalidInput, match="page_token: leads behind 'operations/train-1', which is gone"):
        await office.desk.listed("", after="operations/train-1")


async def test_a_full_queue_refuses_and_makes_room_of_what_is_over() -> None:
    office = Office(Bounds(jobs=1))
    await office.desk.begin("train", "", TASK)
    with pytest.raises(TooMuchWaits):
        await office.desk.begin("train", "", TASK)
    await office.end(Verdict.KEEP)

    assert not (await office.desk.begin("train", "", TASK)).is_over


async def test_a_cancelled_operation_is_over_and_says_so(office: Office) -> None:
    begun = await office.desk.begin("train", "", TASK)

    await office.desk.cancel(begun.name)

    found = await office.desk.get(begun.name)
    assert (found.is_over, found.note) == (True, Failed("cancelled", CANCELLED))


async def test_cancelling_what_is_over_changes_nothing(office: Office) -> None:
    begun = await office.desk.begin("train", "", TASK)
    await office.end(Verdict.KEEP, note=write_note(Answered(b"\x00made")))

    await office.desk.cancel(begun.name)

    assert (await office.desk.get(begun.name)).note == Answered(b"\x00made")


@pytest.mark.parametrize("verdict", [Verdict.KEEP, Verdict.DEAD])
async def test_what_is_over_can_be_forgotten_and_nothing_else(office: Office, verdict: Verdict) -> None:
    begun = await office.desk.begin("train", "", TASK)
    with pytest.raises(StillRuns):
        await office.desk.forget(begun.name)
    await office.end(verdict)

    await office.desk.forget(begun.name)

    with pytest.raises(NotFound):
        await office.desk.get(begun.name)


async def test_what_was_given_up_is_tried_again_when_it_is_redriven(office: Office) -> None:
    begun = await office.desk.begin("train", "", TASK)
    await office.end(Verdict.DEAD, reason="no memory")
    given_up = await office.desk.get(begun.name)

    redriven = await office.desk.redrive(begun.name)

    assert (given_up.is_over, given_up.job.fault) == (True, "no memory")
    assert (redriven.is_over, redriven.job.state, redriven.job.deliveries) == (False, State.READY, 0)


async def test_a_repeated_request_to_redrive_does_not_do_it_once_more(office: Office) -> None:
    begun = await office.desk.begin("train", "", TASK)
    other = await office.desk.begin("train", "", TASK)
    await office.end(Verdict.DEAD)
    await office.desk.redrive(begun.name, request_id="r")
    await office.end(Verdict.DEAD)

    assert (await office.desk.redrive(begun.name, request_id="r")).is_over
    with pytest.raises(RequestIdReused):
        await office.desk.redrive(other.name, request_id="r")


async def test_whoever_waits_looks_now_and_then_until_it_is_over(office: Office) -> None:
    begun = await office.desk.begin("train", "", TASK)
    office.clock.meanwhile = iter([None, office.end(Verdict.KEEP, note=write_note(Progress("publish", 1, 1)))])

    over = await office.desk.wait(begun.name, 60)

    assert (over.is_over, office.clock.waits) == (True, [LOOK_S, LOOK_S])


async def test_whoever_waits_gets_it_as_it_is_when_the_time_is_up(office: Office) -> None:
    begun = await office.desk.begin("train", "", TASK)

    waited = await office.desk.wait(begun.name, 0.75)

    assert (waited.is_over, office.clock.waits) == (False, [LOOK_S, 0.25])


def below(root: type[errors.OperationError]) -> Iterator[type[errors.OperationError]]:
    for child in root.__subclasses__():
        yield child
        yield from below(child)


@pytest.mark.parametrize("error", list(below(errors.OperationError)))
def test_every_error_has_a_code_a_reason_and_a_place_in_the_tree(error: type[errors.OperationError]) -> None:
    code = next((CODES[ancestor] for ancestor in error.__mro__ if ancestor in CODES), None)

    assert code not in (None, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)
    assert error.reason == error.reason.upper()
    assert f" {error.__name__} " in (errors.__doc__ or "").replace("\n", " ")


def test_a_request_may_ask_for_as_many_rungs_as_the_ladder_has() -> None:
    assert len(LADDER) == RUNGS
