"""Where a work item may stand, and how it came there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import privacy_pb2 as privacy
from fairlead.v1 import routing_pb2 as routing
from router.model.dispatch import Dispatch, DispatchMode
from router.model.workforce import MICROS
from router.model.workitem import State
from tests.contract.states.firm import DAY_S, REPS, START_MS, OneItemFirm
from tests.contract.test_caps import MINUTE_MS

Complete = routing.CompleteWorkItemRequest


async def absent(firm: OneItemFirm) -> None:
    """Nobody has heard of it."""


async def queued(firm: OneItemFirm) -> None:
    """Nobody was there when it came, and it waits."""
    await firm.be([])
    await firm.route()


async def unrouted(firm: OneItemFirm) -> None:
    """Nobody was there, and the rules do not let it wait."""
    firm.patience = "short"
    await queued(firm)


async def routed(firm: OneItemFirm) -> None:
    """The ledger chose Ann."""
    await firm.route()


async def hurried(firm: OneItemFirm) -> None:
    """The ledger chose Ann, and the rules would not have let it wait."""
    firm.patience = "short"
    await routed(firm)


async def named(firm: OneItemFirm) -> None:
    """Bo had it, and a person gave it to Ann."""
    await firm.be(["bo", "cy"])
    await firm.route()
    await firm.be(REPS)
    await firm.api.reassign(firm.item, rep=firm.api.rep_name("ann"))


async def imported(firm: OneItemFirm) -> None:
    """It came with Ann."""
    await firm.api.routing.ImportWorkItems(firm.imported("ann"))
    await firm.service.work(firm.api.tenant)


async def reopened(firm: OneItemFirm) -> None:
    """Ann had closed it."""
    await closed(firm)
    await firm.api.reopen(firm.item)


def _closed(resolution: Any) -> Callable[[OneItemFirm], Awaitable[None]]:
    async def close(firm: OneItemFirm) -> None:
        await routed(firm)
        await firm.api.complete(firm.item, resolution=resolution)

    return close


converted, disqualified = _closed(Complete.RESOLUTION_CONVERTED), _closed(Complete.RESOLUTION_DISQUALIFIED)
closed = _closed(Complete.RESOLUTION_CLOSED)


async def closed_waiting(firm: OneItemFirm) -> None:
    """It was closed before anybody had it."""
    await queued(firm)
    await firm.api.complete(firm.item)


async def reopened_waiting(firm: OneItemFirm) -> None:
    """Ann had it, nobody was there when it was reopened, and it waits."""
    await closed(firm)
    await firm.be([])
    await firm.api.reopen(firm.item)


async def erased(firm: OneItemFirm) -> None:
    """Ann has it, and what was personal in it is no more."""
    await routed(firm)
    await erase(firm)


async def covered(firm: OneItemFirm) -> None:
    """The ledger chose Ann, and Bo stands in for her while she is on leave."""
    await routed(firm)
    await goes_on_leave(firm)
    await firm.service.hand_over(firm.api.tenant)


def leave_of(firm: OneItemFirm) -> str:
    """Return the name of Ann's leave."""
    return f"{firm.api.rep_name('ann')}/absences/leave"


async def goes_on_leave(firm: OneItemFirm) -> None:
    """Enter that Ann is on leave, and Bo stands in."""
    start = Timestamp(seconds=START_MS // 1000)
    absence = calendars.Absence(
        name=leave_of(firm), start_time=start, end_time=Timestamp(seconds=start.seconds + DAY_S), substitute="bo"
    )
    request = calendars.UpdateAbsenceRequest(absence=absence, allow_missing=True)
    await firm.api.workforce.UpdateAbsence(request)


async def erased_closed(firm: OneItemFirm) -> None:
    """Ann had it, and what was personal in it is no more."""
    await closed(firm)
    await erase(firm)


async def offered_anew(firm: OneItemFirm) -> None:
    """Ann declined it, and it is offered to bo."""
    await routed(firm)
    await answer_offer(firm, "Decline", "ann")


async def accepted(firm: OneItemFirm) -> None:
    """Ann accepted it."""
    await routed(firm)
    await answer_offer(firm, "Accept", "ann")


async def accepted_closed(firm: OneItemFirm) -> None:
    """Ann accepted it, and closed it."""
    await accepted(firm)
    await firm.api.complete(firm.item)


async def answer_offer(firm: OneItemFirm, answer: str, rep: str) -> None:
    """Accept or decline what is offered, or was when somebody last looked; then it is offered anew."""
    kind = getattr(routing, f"{answer}WorkItemRequest")
    request = kind(name=firm.item, rep=firm.api.rep_name(rep), offer=await firm.see_offer())
    await getattr(firm.api.routing, f"{answer}WorkItem")(request)
    await firm.minutes_pass(0)


async def erase(firm: OneItemFirm) -> None:
    """Erase what is personal in it."""
    await firm.privacy.EraseSubject(privacy.EraseSubjectRequest(parent=firm.api.parent, subject=firm.item))


class ArrangedState(NamedTuple):
    """How it came there, and where that is; deficits in thousandths, of ann, bo and cy."""

    come: Callable[[OneItemFirm], Awaitable[None]]
    state: State
    owner: str = ""
    epoch: int = 0
    deficits: tuple[int, ...] = (0, 0, 0)
    dispatch: Dispatch | None = None


_ONE = (-500, 300, 200)
"""Everybody was there, and ann got it."""
_OFFER = Dispatch(DispatchMode.OFFER, 15 * MINUTE_MS)
_BROADCAST = Dispatch(DispatchMode.BROADCAST, 15 * MINUTE_MS)
_BAND = replace(_BROADCAST, broadcast_band=MICROS // 4)
"""Ann alone, or bo too."""
STANDINGS: Mapping[str, ArrangedState] = {
    "absent": ArrangedState(absent, State.RECEIVED),  # where what is routed begins; nothing of it is stored
    "queued": ArrangedState(queued, State.QUEUED),
    "reopened_waiting": ArrangedState(reopened_waiting, State.QUEUED, "", 1, _ONE),
    "unrouted": ArrangedState(unrouted, State.UNROUTED),
    "routed": ArrangedState(routed, State.ASSIGNED, "ann", 1, _ONE),
    "hurried": ArrangedState(hurried, State.ASSIGNED, "ann", 1, _ONE),
    "named": ArrangedState(named, State.ASSIGNED, "ann", 2, (-500, -100, 600)),  # bo −400, cy 400, and then all for ann
    "imported": ArrangedState(imported, State.ASSIGNED, "ann", 1),
    "covered": ArrangedState(covered, State.ASSIGNED, "bo", 2, _ONE),
    "reopened": ArrangedState(reopened, State.ASSIGNED, "ann", 2, _ONE),
    "erased": ArrangedState(erased, State.ASSIGNED, "ann", 1, _ONE),
    "converted": ArrangedState(converted, State.CONVERTED, "ann", 1, _ONE),
    "disqualified": ArrangedState(disqualified, State.DISQUALIFIED, "ann", 1, _ONE),
    "closed": ArrangedState(closed, State.CLOSED, "ann", 1, _ONE),
    "closed_waiting": ArrangedState(closed_waiting, State.CLOSED),
    "erased_closed": ArrangedState(erased_closed, State.CLOSED, "ann", 1, _ONE),
    "absent_offering": ArrangedState(absent, State.RECEIVED, dispatch=_OFFER),
    "absent_broadcasting": ArrangedState(absent, State.RECEIVED, dispatch=_BROADCAST),
    "queued_offering": ArrangedState(queued, State.QUEUED, dispatch=_OFFER),
    "unrouted_offering": ArrangedState(unrouted, State.UNROUTED, dispatch=_OFFER),
    "offered": ArrangedState(routed, State.OFFERED, "(ann)", 0, _ONE, _OFFER),
    "offered_hurried": ArrangedState(hurried, State.OFFERED, "(ann)", 0, _ONE, _OFFER),
    "offered_anew": ArrangedState(offered_anew, State.OFFERED, "(bo)", 0, (0, -400, 400), _OFFER),
    "broadcast": ArrangedState(routed, State.OFFERED, "(many)", dispatch=_BROADCAST),
    "broadcast_in_band": ArrangedState(routed, State.OFFERED, "(many)", dispatch=_BAND),
    "accepted": ArrangedState(accepted, State.ASSIGNED, "ann", 1, _ONE, _OFFER),
    "accepted_of_many": ArrangedState(accepted, State.ASSIGNED, "ann", 1, _ONE, _BROADCAST),
    "accepted_closed": ArrangedState(accepted_closed, State.CLOSED, "ann", 1, _ONE, _OFFER),
}
