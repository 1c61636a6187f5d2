"""What falls due of an offer: nothing where its terms let it stand, and its lapse once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from router.model.dispatch import Dispatch, DispatchMode
from router.model.events import LAPSE
from router.model.workforce import Pool, WorkforceRecords
from router.offers.lapses import Lapses
from router.timers.ports import Present
from router.timers.timer import Timer
from tests.unit.router.offers.test_offers import HOUR_MS, OFFER, RECORD, roster


class Planned:
    """A planner that knows reps and pools alone."""

    def __init__(self, *pools: Pool) -> None:
        self.roster = roster()
        self.roster.pools = WorkforceRecords(1, {"pool": {pool.id: pool for pool in pools}}).pools


def present(*pools: Pool) -> Present:
    planner: Any = Planned(*pools)
    return Present(planner)


@pytest.mark.parametrize(("timeout_ms", "lapses"), [(None, False), (0, False), (1, True)])
def test_what_is_offered_for_a_time_lapses_and_nothing_else_does(timeout_ms: int | None, lapses: bool) -> None:
    offer = None if timeout_ms is None else OFFER._replace(timeout_ms=timeout_ms)
    pool = Pool("east", dispatch=None if timeout_ms is None else Dispatch(DispatchMode.OFFER, timeout_ms))

    assert Lapses().concerns(replace(RECORD, offer=offer), present()) is lapses
    assert Lapses().may_fall_due(present(Pool("west"), pool)) is lapses


def test_it_lapses_once_its_time_is_over_if_calendars_tell_when() -> None:
    decision: Any = None
    never = OFFER._replace(timeout_ms=0)

    assert Lapses().due(present(), replace(RECORD, offer=OFFER), decision) == Timer("crm~1", LAPSE, 7, 1, HOUR_MS)
    assert Lapses().due(present(), replace(RECORD, offer=never), decision) is None
