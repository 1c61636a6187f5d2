"""What people are told, and who: of each event that concerns anybody, from the log and the workforce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import NamedTuple

from router.assignment.customers import customer_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.deadlines.given import GivenItem, GivenItems, SetAway, TakenOffer, of_offer
from router.deadlines.reached import BadAnswer, DecidedStage, Reached, ReachedSteps
from router.deadlines.recipients import Recipients, recipients, recipients_of_rep
from router.model.decision import Decision, DecisionEffect
from router.model.digests import DigestEntry
from router.model.errors import CorruptHistory
from router.model.events import ANSWERS, NEXT, Digested, Event, Fired, Note, Noted, OfferAnswered, ProcessPublished
from router.model.workitem import CLOSED_STATES
from router.process.definition.deadlines import Act, DeadlineStep, RecipientRole
from router.process.definition.processes import Process, Stage
from router.process.definition.words import NO_WORDS, Bilingual
from router.process.revisions.differences import ProcessDifference, differences
from router.process.stages.places import place_of

_REMIND = DeadlineStep(None, Act.REMIND)  # type: ignore[arg-type]  # when is not asked
_TELL_MANAGER = DeadlineStep(None, Act.NOTIFY, (RecipientRole.MANAGER,))  # type: ignore[arg-type]


class ReachedDate(NamedTuple):
    """The next date of a work item was reached: 1 the owner is reminded, 2 a working day later their manager.

    ``owner`` is whose it is; empty: nobody's.
    """

    item_id: str
    step: int
    owner: str = ""


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


About = (
    Reached | ReachedDate | ChangedProcess | BadAnswer | AskedCustomer | Digested
    | GivenItem | DecidedStage | SetAway | TakenOffer
)  # fmt: skip
"""What people may be told of."""


class EntryTitles(NamedTuple):
    """What the stage and the deadline are called of which an entry of a list is; empty: by their ids, or none is."""

    stage: Bilingual = NO_WORDS
    deadline: Bilingual = NO_WORDS


class Notice(NamedTuple):
    """Something to tell.

    Parameters
    ----------
    event, at_ms
        By which event, and when that was, in milliseconds since 1970.
    recipients
        Who is to hear of it.
    about
        What.
    due_ms
        When the deadline that it is about falls due, or fell; None: it is about none, there is no saying, or nobody
        asked.
    titles
        Of a list what its entries are called, as far as somebody asked.
    """

    event: int
    at_ms: int
    recipients: Recipients
    about: About
    due_ms: int | None = None
    titles: Mapping[DigestEntry, EntryTitles] = MappingProxyType({})


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
        self._given = GivenItems(tenant, store, planners, self._reached)

    async def at(self, number: int) -> Notice | None:
        """Return what the event of a number is to be told as, with all that words need; None: it concerns nobody so.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        events = await self._store.events(self._tenant, after=number - 1, count=1)
        notice = await self.of(events[0]) if events and events[0].number == number else None
        match notice:
            case Notice(about=Reached(fired=fired)):
                return notice._replace(due_ms=await self._reached.due_ms(self._tenant, fired))
            case Notice(about=Digested(made=made)):
                return notice._replace(titles=await self._titles(made.entries))
        return notice

    async def left_to_tell(self, notice: Notice, rep: str) -> Notice | None:
        """Return what of a notice is still to be told a rep, or everybody, that waited to be told; None: nothing.

        What is over reminds nobody: a deadline that was met, a work item that left the stage or was closed, a next date
        that was set anew, or who had a work item and has it no more. When a deadline falls due is said as it is by now.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        about = notice.about
        if not isinstance(about, Reached | ReachedDate):
            return notice
        item_id = about.fired.item_id if isinstance(about, Reached) else about.item_id
        (record,) = await self._store.items(self._tenant, [item_id])
        if record is None or record.state in CLOSED_STATES or (rep and rep == about.owner != record.owner):
            return None
        if isinstance(about, ReachedDate):
            return notice if record.next_date and record.next_date.at_ms <= notice.at_ms else None
        running = await self._reached.running(self._tenant, about.fired, record)
        return notice._replace(due_ms=running.due_ms) if running else None

    async def of(self, event: Event | DecisionEffect) -> Notice | None:
        """Return what an event is to be told as, and to whom; None: it concerns nobody so.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        match event:
            case Decision() | DecisionEffect():
                given = await self._given.of(event)
                return Notice(event.number, event.at_ms, given.recipients, given) if given else None
            case OfferAnswered():
                told_of = of_offer(event)
                return Notice(event.number, event.at_ms, told_of[1], told_of[0]) if told_of else None
            case Noted(note=Note.APPROVED | Note.REJECTED):
                decided = await self._reached.decided(self._tenant, event)
                return Notice(event.number, event.at_ms, decided.recipients, decided) if decided else None
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
        return Notice(fired.number, fired.at_ms, told, ReachedDate(fired.item_id, fired.step, record.owner))

    async def _of_publication(self, published: ProcessPublished) -> Notice | None:
        """Everybody who works in a pool hears of it, and whoever leads one, but for who is inactive."""
        processes = await self._planners.processes(self._tenant)
        process = processes.at(published.revision)
        earlier = [each for each in processes.revisions[: published.revision - 1] if each.id == process.id]
        before = earlier[-1] if earlier else None
        changed = ChangedProcess(process, differences(before, process), before)
        roster = await self._planners.roster(self._tenant)
        pools = roster.pools.values()
        concerned = {rep: None for pool in pools for rep in (*(member.rep for member in pool.members), *pool.managers)}
        active = [rep for rep in concerned if rep not in roster.reps or roster.reps[rep].active]
        told = Recipients(tuple(active), inactive=tuple(rep for rep in concerned if rep not in active))
        return Notice(published.number, published.at_ms, told, changed)

    async def _titles(self, entries: Sequence[DigestEntry]) -> dict[DigestEntry, EntryTitles]:
        """Return what entries of a list are called, as the processes say by now."""
        published = await self._planners.processes(self._tenant)
        named = list(dict.fromkeys(entry.item_id for entry in entries))
        records = {each.item_id: each for each in await self._store.items(self._tenant, named) if each}
        titles = dict[DigestEntry, EntryTitles]()
        for entry in entries:
            record = records.get(entry.item_id)
            with suppress(CorruptHistory):
                place = place_of(published, record) if record else None
                titles[entry] = _titles_of(place.process, entry) if place else EntryTitles()
        return titles


def _titles_of(process: Process, entry: DigestEntry) -> EntryTitles:
    stage: Stage | None = process.standing.get(entry.stage)
    for deadline in (*process.deadlines, *(stage.falling_due if stage else ())):
        if deadline.id == entry.deadline:
            return EntryTitles(stage.title if stage else NO_WORDS, deadline.title)
    return EntryTitles(stage.title if stage else NO_WORDS)
