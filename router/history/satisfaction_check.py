"""Was each customer asked when they were to be, and, whether they would recommend us, as seldom as they may be? Follows
the log.
"""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.customers import customer_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.stored_items import events_of
from router.history.projection import StateProjection
from router.model.errors import CorruptHistory
from router.model.events import SURVEYS, Erased, Event, Note, Noted
from router.model.records import ItemRecord
from router.process.definition.tasks import CSAT, NPS
from router.process.stages.places import place_of
from router.process.stages.satisfaction import APART_DAYS, next_nps_ms
from router.process.stages.surveys import planned_surveys


class _LastNps(NamedTuple):
    """What a customer said last, or was asked: when, in milliseconds since 1970, by which event, and which of both."""

    at_ms: int = 0
    event: int = 0
    is_asked: bool = False


class SatisfactionCheck:
    """Holds the answers of one tenant's customers, and what they were asked, to when that was.

    Parameters
    ----------
    store, planners
        What work items were, the rules that say whose they are, and the processes that say when to ask.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners
        self._last: dict[str, _LastNps] = {}
        """By customer."""
        self._erased_ms = 0
        """When somebody was erased last: whoever that was may be asked again."""
        self.pending: dict[int, str] = {}
        """Who is to be asked and has not answered: by the event that says so, as the store has it."""

    def forgive(self, erased: Erased) -> None:
        """Take in that somebody was erased."""
        self._erased_ms = erased.at_ms
        gone = {f"{name}/{item_id}" for name in (CSAT, NPS) for item_id in erased.item_ids}
        self._drop(gone)

    def index_faults(self, projection: StateProjection, stored: list[tuple[int, str]]) -> list[str]:
        """Say where the store has others to be asked, as far as everybody is known who answered."""
        unanswered = self.pending.items() - stored
        if projection.customers.nps_of_unknown:
            unanswered = {each for each in unanswered if not each[1].startswith(f"{NPS}/")}
        faults = [f"surveyed: log says {each} by event {number}, store nothing" for number, each in sorted(unanswered)]
        return faults + [
            f"surveyed: store says {each} by event {number}, log nothing"
            for number, each in sorted(set(stored) - self.pending.items())
        ]

    async def faults(self, tenant: str, projection: StateProjection, event: Event) -> list[str]:
        """Take in what happened next, before it is entered; say where a customer was asked, or answered, too early."""
        record = projection.items.get(event.item_id) if isinstance(event, Noted) else None
        if record is None or not isinstance(event, Noted):
            return []
        faults = await self._survey_faults(tenant, record, event) if event.note in SURVEYS else []
        if event.note is Note.SURVEYED:
            self.pending[event.number] = f"{event.subject}/{event.item_id}"
        elif event.note is Note.CSAT:
            self._drop({f"{CSAT}/{event.item_id}"})
        if event.note is Note.NPS or (event.note is Note.SURVEYED and event.subject == NPS):
            faults += await self._nps_faults(tenant, projection, record, event)
        return faults

    def _drop(self, answered: set[str]) -> None:
        self.pending = {number: each for number, each in self.pending.items() if each not in answered}

    async def _survey_faults(self, tenant: str, record: ItemRecord, event: Noted) -> list[str]:
        """Say where it was settled whether to ask what was not due."""
        name = NPS if event.note is Note.SPARED else event.subject
        try:
            place = place_of(await self._planners.processes(tenant), record)
            events = await events_of(self._store, tenant, record.item_id, record.event)
        except CorruptHistory as error:
            return [f"event {event.number}: {error}"]
        if any(each.name == name and each.at_ms <= event.at_ms for each in planned_surveys(place, record, events)):
            return []
        return [f"event {event.number}: its customer was not to be asked for {name} of {event.item_id}"]

    async def _nps_faults(
        self, tenant: str, projection: StateProjection, record: ItemRecord, event: Noted
    ) -> list[str]:
        planner = await self._planners.at(tenant, projection.rules, projection.workforce)
        (content,) = await self._store.contents(tenant, [record.content])
        customer = customer_of(planner.rule_set.known_customer, content.head.item)
        if not customer:  # who they were is erased
            projection.customers.nps_of_unknown.add(event.number)
            return []
        is_asked = event.note is Note.SURVEYED
        before, self._last[customer] = (
            self._last.get(customer, _LastNps()),
            _LastNps(event.at_ms, event.number, is_asked),
        )
        projection.customers.last_nps[customer] = event.number
        if not is_asked:
            self.pending.pop(before.event, None)
        if before.is_asked and not is_asked:
            return []
        time_zone = planner.roster.records.settings.time_zone
        if before.at_ms and before.at_ms > self._erased_ms and event.at_ms < next_nps_ms(before.at_ms, time_zone):
            return [f"event {event.number}: nps of {event.item_id}: its customer was asked within {APART_DAYS} days"]
        return []
