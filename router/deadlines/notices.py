"""What people are told, and who: of each event that concerns anybody, from the log and the workforce."""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.customers import customer_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.deadlines.reached import BadAnswer, Reached, ReachedSteps
from router.deadlines.recipients import Recipients, recipients, recipients_of_rep
from router.model.decision import DecisionEffect
from router.model.events import ANSWERS, NEXT, Digested, Event, Fired, Note, Noted, ProcessPublished
from router.process.definition.deadlines import Act, DeadlineStep, RecipientRole
from router.process.definition.processes import Process
from router.process.revisions.differences import ProcessDifference, differences

_REMIND = DeadlineStep(None, Act.REMIND)  # type: ignore[arg-type]  # when is not asked
_TELL_MANAGER = DeadlineStep(None, Act.NOTIFY, (RecipientRole.MANAGER,))  # type: ignore[arg-type]


class ReachedDate(NamedTuple):
    """The next date of a work item was reached: 1 the owner is reminded, 2 a working day later their manager."""

    item_id: str
    step: int


class AskedCustomer(NamedTuple):
    """A customer is to be asked about a work item, ``csat`` or ``nps``, by whoever sends that: no rep is told.

    ``customer`` is who, as the rules say by now; empty: they do not, or it is erased.
    """

    item_id: str
    question: str
    customer: str


class ChangedProcess(NamedTuple):
    """A process was published: how it is now, what is otherwise than before, and how it was; None: it is new."""

    process: Process
    differences: list[ProcessDifference]
    before: Process | None


class Notice(NamedTuple):
    """Something to tell: by which event, when that was, in milliseconds since 1970, who is to hear of it, and what."""

    event: int
    at_ms: int
    recipients: Recipients
    about: Reached | ReachedDate | ChangedProcess | BadAnswer | AskedCustomer | Digested


class Notices:
    """Reads what people are to be told.

    Parameters
    ----------
    tenant
        Whose.
    store
        The log.
    planners
        The workforce, and the processes.
    """

    def __init__(self, tenant: str, store: Assignments, planners: PlannerCache) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._reached = ReachedSteps(store, planners)

    async def of(self, event: Event | DecisionEffect) -> Notice | None:
        """Return what an event is to be told as; None: it concerns nobody so.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        match event:
            case Fired(workforce=workforce) if workforce:
                reached = await self._reached.of(self._tenant, event)
                if reached.step.step.act is Act.RAISE_PRIORITY:  # it was the highest already
                    return None
                return Notice(event.number, event.at_ms, reached.recipients, reached)
            case Fired(name=name) if name == NEXT:
                return await self._of_date(event)
            case Noted(note=note) if note in ANSWERS:
                answer = await self._reached.answer(self._tenant, event)
                return Notice(event.number, event.at_ms, answer.recipients, answer) if answer else None
            case Noted(note=Note.SURVEYED):
                return Notice(event.number, event.at_ms, Recipients(()), await self._of_survey(event))
            case Digested(made=made) if made.total:
                planner = await self._planners.newest(self._tenant)
                then = await self._planners.at(self._tenant, planner.rule_set_revision, event.workforce)
                told = recipients_of_rep(made.rep, then.roster, event.at_ms)
                return Notice(event.number, event.at_ms, told, event)
            case ProcessPublished():
                return await self._of_publication(event)
        return None

    async def _of_survey(self, noted: Noted) -> AskedCustomer:
        planner = await self._planners.newest(self._tenant)
        (record,) = await self._store.items(self._tenant, [noted.item_id])
        contents = await self._store.contents(self._tenant, [record.content]) if record else []
        customer = customer_of(planner.rule_set.known_customer, contents[0].head.item) if contents else ""
        return AskedCustomer(noted.item_id, noted.subject, customer)

    async def _of_date(self, fired: Fired) -> Notice | None:
        (record,) = await self._store.items(self._tenant, [fired.item_id])
        if record is None:
            return None
        step = _REMIND if fired.step == 1 else _TELL_MANAGER
        told = recipients(step, record.owner, record.pool, await self._planners.roster(self._tenant), fired.at_ms)
        return Notice(fired.number, fired.at_ms, told, ReachedDate(fired.item_id, fired.step))

    async def _of_publication(self, published: ProcessPublished) -> Notice | None:
        """Everybody who works in a pool hears of it, and whoever leads one."""
        processes = await self._planners.processes(self._tenant)
        process = processes.at(published.revision)
        earlier = [each for each in processes.revisions[: published.revision - 1] if each.id == process.id]
        before = earlier[-1] if earlier else None
        changed = ChangedProcess(process, differences(before, process), before)
        pools = (await self._planners.roster(self._tenant)).pools.values()
        concerned = {rep: None for pool in pools for rep in (*(member.rep for member in pool.members), *pool.managers)}
        return Notice(published.number, published.at_ms, Recipients(tuple(concerned)), changed)
