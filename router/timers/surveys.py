"""Asking customers, so long behind the end of their work items: what falls due of that, and the settling of it.

It follows from the log what is to be asked. A timer is there while it is not settled; that it is touches its work item,
whose timer goes. What is reopened before has none.
"""

from __future__ import annotations

import logging

from failures import Failure, StoreUnavailable, StoreUnsuitable
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS, Assignments
from router.deadlines.ports import Notes
from router.deadlines.surveying import Surveying
from router.process.stages.surveys import PlannedSurvey
from router.timers.due import Due
from router.timers.ports import Timers
from router.timers.timer import SURVEY, Timer, is_of_survey

_log = logging.getLogger(__name__)
_STEP = 1


def survey_timer(item_id: str, survey: PlannedSurvey) -> Timer:
    """Return the timer of a survey: its entry is the end of its work item."""
    return Timer(item_id, f"{SURVEY}/{survey.name}", survey.event, _STEP, survey.at_ms)


class Surveys:
    """The surveys of one tenant.

    Parameters
    ----------
    tenant, store, planners, timers
        As for ``router.timers.follower.TimerFollower``.
    notes
        Where it is noted that somebody is to be asked; None: nobody is.
    """

    def __init__(
        self, tenant: str, store: Assignments, planners: PlannerCache, timers: Timers, notes: Notes | None
    ) -> None:
        self._tenant = tenant
        self._timers = timers
        self._surveying = Surveying(store, planners, notes) if notes else None

    async def make_due(self, due: Due) -> int:
        """Settle up to ``MAX_JOBS`` surveys that are due by the store's clock; return how many were, or are void."""
        void, made = list[Timer](), 0
        if self._surveying is None:
            return made
        for timer in due.of(is_of_survey)[:MAX_JOBS]:
            is_settled = await self._settled(self._surveying, timer)
            made += bool(is_settled)
            void += [timer] if is_settled is None else []
        return made + (await self._timers.leave(self._tenant, void) if void else 0)

    async def _settled(self, surveying: Surveying, timer: Timer) -> bool | None:
        try:
            return await surveying.settle(self._tenant, timer.item_id, timer.name.partition("/")[2], timer.entry)
        except (StoreUnavailable, StoreUnsuitable):
            raise
        except (Failure, ValueError) as error:  # nobody else's timers stop for one work item
            _log.error("tenants/%s: the customer of %s is not asked: %r", self._tenant, timer.item_id, error)
            return None
