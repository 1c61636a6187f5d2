"""What RoutingService answers about activities: recorded, listed as work and agenda, told as a timeline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from json import dumps, loads
from typing import NamedTuple, Self, TypeVar
from zoneinfo import ZoneInfo

from google.protobuf.message import Message

from failures import shown
from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from gateway import fields
from gateway.auth.principals import Role
from gateway.calls.call import Call
from router.activities.agenda import Agenda, AgendaPlace
from router.activities.next_dates import has_manager
from router.activities.ports import Activities
from router.activities.service import ActivityService, RecordRequest
from router.activities.timeline import Timelines
from router.assignment.children import ChildStanding
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import WorkItemQueries
from router.assignment.roster import Roster
from router.deadlines.moved import MovedDeadline, UpdatedDeadlines
from router.deadlines.queries import DeadlineQueries, ListedDeadline
from router.deadlines.reached import ReachedSteps
from router.model.decision import Decision
from router.model.errors import InvalidInput
from router.model.events import ActivityRecorded, Completed, Erased, Event, Fired, Note, Noted, OfferAnswered, Updated
from router.model.records import ItemRecord
from router.offers.service import OfferService
from router.process.definition.words import NO_WORDS, Bilingual
from router.process.stages.places import place_of
from router.rpc.activity_messages import activity_message, activity_of, next_date_message
from router.rpc.child_messages import child_entry
from router.rpc.deadline_messages import (
    answer_message,
    deadline_message,
    moved_message,
    reached_message,
    revision_change,
    satisfaction_message,
    survey_message,
)
from router.rpc.fields import View
from router.rpc.messages import STATES, work_item_message
from router.rpc.offer_messages import offer_answer_message
from router.rpc.presenter import DecisionPresenter
from router.rpc.process_answers import pause_message
from router.rpc.update_messages import update_message
from router.wording.activities import tell_child, tell_entry, tell_next_date
from router.wording.languages import Language, language_of

_Acted = TypeVar("_Acted", activities.Activity, routing.OfferAnswer)
Mask = Callable[[Call, Message], Awaitable[None]]


class EntryDeadlines(NamedTuple):
    """The deadlines that an entry of a timeline tells of: those that it ended, and those that it moved."""

    ended: Iterable[ListedDeadline]
    moved: Iterable[MovedDeadline]


class ActivityAnswers:
    """Answers the methods about activities.

    Parameters
    ----------
    service, agenda, timelines
        The use cases.
    planners
        How people are called.
    presenter
        Writes decisions.
    offers
        Know who may answer what.
    reached, deadlines, moved
        Read steps of deadlines, which ended, and which an update or a migration moved.
    mask
        Hides in a message what a caller may not see, before it is put in words; None: everybody sees everything.
    """

    def __init__(
        self,
        service: ActivityService,
        agenda: Agenda,
        timelines: Timelines,
        planners: PlannerCache,
        presenter: DecisionPresenter,
        offers: OfferService,
        reached: ReachedSteps,
        deadlines: DeadlineQueries,
        moved: UpdatedDeadlines,
        mask: Mask | None = None,
    ) -> None:
        self._reached = reached
        self._moved = moved
        self._deadlines = deadlines
        self._service = service
        self._agenda = agenda
        self._timelines = timelines
        self._planners = planners
        self._presenter = presenter
        self._offers = offers
        self._mask = mask

    @classmethod
    def over(
        cls,
        store: Assignments,
        activities: Activities,
        queries: WorkItemQueries,
        planners: PlannerCache,
        presenter: DecisionPresenter,
        offers: OfferService,
        mask: Mask | None,
    ) -> Self:
        """Connect the use cases, over a store."""
        service, deadlines = ActivityService(activities, queries, planners), DeadlineQueries(store, queries, planners)
        reached, agenda = ReachedSteps(store, planners), Agenda(store, activities, queries, planners, deadlines)
        moved, timelines = UpdatedDeadlines(store, planners), Timelines(store, planners)
        return cls(service, agenda, timelines, planners, presenter, offers, reached, deadlines, moved, mask)

    async def record(self, request: activities.RecordActivityRequest, call: Call) -> activities.Activity:
        """Record an activity."""
        tenant, item_id = fields.name_of(request.name, "workItems")
        sent = request.activity
        rep = fields.reference(sent.rep, "reps", tenant, "activity.rep") if sent.rep else ""
        if rep and request.automatic:
            raise InvalidInput.of("activity.rep", f"{shown(rep)}: must be absent where automatic is true: nobody acted")
        if rep:
            call.check_own(rep)
        is_service = call.principal is not None and Role.SERVICE in call.principal.roles
        wish = RecordRequest(
            item_id,
            activity_of(sent, rep),
            by_owner=not (is_service or request.automatic),
            request_id=fields.request_id(request),
            actor=call.actor,
        )
        recorded = await self._service.record(tenant, wish, preview=request.validate_only, check_owner=call.check_own)
        return _named(activity_message(tenant, recorded), await self._roster(tenant))

    async def my_work(self, request: routing.ListMyWorkRequest, call: Call) -> routing.ListMyWorkResponse:
        """List what a rep has open."""
        tenant, rep = _rep_of(request.rep, call)
        language = language_of(request.language_code)
        work = await self._agenda.work(
            tenant,
            rep,
            after=fields.page_number(request.page_token, rep, of="rep"),
            count=fields.page_size(request.page_size),
        )
        roster = await self._roster(tenant)
        room, answer = fields.PageRoom(), routing.ListMyWorkResponse(next_page_token=fields.page_token(work.after, rep))
        last = 0
        for item, follow_up, running in work.items:
            entry = routing.OpenWork(
                work_item=work_item_message(tenant, item),
                worked=item.record.worked,
                deadlines=[deadline_message(tenant, each) for each in running],
            )
            if item.place:
                stage = item.place.stage
                entry.stage_title, entry.stage_guide = (getattr(each, language) for each in (stage.title, stage.guide))
            if follow_up:
                date = next_date_message(tenant, follow_up, work.clocks.now_ms)
                zone, is_led = ZoneInfo(work.clocks.time_zone), has_manager(roster, item.record)
                tell_next_date(date, work.clocks.now_ms, zone, language, has_manager=is_led)
                entry.next_date.CopyFrom(date)
            if not room.takes(entry):
                answer.next_page_token = fields.page_token(last, rep)
                break
            answer.work.append(entry)
            last = item.record.first
        return answer

    async def agenda(self, request: activities.ListAgendaRequest, call: Call) -> activities.ListAgendaResponse:
        """List what a rep is to follow up on a day."""
        tenant, rep = _rep_of(request.rep, call)
        language, asked = language_of(request.language_code), f"{rep} {request.date}"
        behind, count = _place_of(request.page_token, asked), fields.page_size(request.page_size)
        day = await self._agenda.day(tenant, rep, request.date, behind=behind, count=count)
        zone, now_ms = ZoneInfo(day.clocks.time_zone), day.clocks.now_ms
        dates = [next_date_message(tenant, follow_up, now_ms) for follow_up in day.follow_ups]
        roster = await self._roster(tenant)
        for date, follow_up in zip(dates, day.follow_ups, strict=True):
            tell_next_date(date, now_ms, zone, language, has_manager=has_manager(roster, follow_up.record))
        return activities.ListAgendaResponse(
            date=day.date,
            time_zone=day.clocks.time_zone,
            next_dates=dates,
            deadlines=[deadline_message(tenant, each) for each in day.deadlines],
            next_page_token=fields.page_token(dumps(day.more_behind) if day.more_behind else None, asked),
        )

    async def timeline(self, request: routing.GetTimelineRequest, call: Call) -> routing.GetTimelineResponse:
        """Tell what happened to a work item."""
        tenant, item_id = fields.name_of(request.name, "workItems")
        language = language_of(request.language_code)
        last = fields.page_number(request.page_token, item_id, of="name")
        count = fields.page_size(request.page_size)
        page = await self._timelines.page(tenant, item_id, last=last, count=count)
        call.check_own(await self._offers.whose(tenant, page.record, call.only_rep))
        roster, room, before = await self._roster(tenant), fields.PageRoom(), page.before
        ended = await self._deadlines.ended_by(tenant, page.record, {event.number for event in page.events})
        updates = [event.number for event in page.events if isinstance(event, Updated)]
        migrations = [each.number for each in page.events if isinstance(each, Noted) and each.note is Note.MIGRATED]
        moved = await self._moved.moved_by(tenant, page.record, updates, migrations)
        entries = list[routing.TimelineEntry]()
        for event in reversed(page.events):
            child = page.children.get(getattr(event, "item_id", ""))
            if child and isinstance(event, Decision | Completed):
                entry = await self._of_child(call, tenant, event, child, roster, language)
            else:
                deadlines = EntryDeadlines(ended.get(event.number, ()), moved.get(event.number, ()))
                entry = await self._entry(call, tenant, event, deadlines, page.record, roster, language)
            if not room.takes(entry):
                before = event.number
                break
            entries.append(entry)
        return routing.GetTimelineResponse(entries=entries[::-1], next_page_token=fields.page_token(before, item_id))

    async def _entry(
        self,
        call: Call,
        tenant: str,
        event: Event,
        deadlines: EntryDeadlines,
        record: ItemRecord,
        roster: Roster,
        language: Language,
    ) -> routing.TimelineEntry:
        entry = routing.TimelineEntry(id=str(event.number), time=fields.timestamp(event.at_ms * 1000))
        match event:
            case Decision():
                told = await self._presenter.message(call, tenant, event, View(language=language, tells=True))
                entry.decision.CopyFrom(told)
                entry.actor = event.head.actor
            case ActivityRecorded():
                entry.activity.CopyFrom(_named(activity_message(tenant, event), roster))
                entry.actor = event.actor
            case OfferAnswered():
                entry.offer_answer.CopyFrom(_named(offer_answer_message(tenant, event), roster))
                entry.actor = event.actor
            case Completed():
                entry.closed, entry.actor = STATES[event.state], event.actor
                entry.withdrawn = event.withdrawn is not None
            case Updated():
                entry.update.CopyFrom(update_message(event))
                entry.actor = event.actor
            case Noted():
                await self._add_note(entry, tenant, event)
            case Fired(workforce=workforce) if workforce:
                entry.reached_step.CopyFrom(reached_message(tenant, await self._reached.of(tenant, event)))
            case Fired(step=step):
                entry.reminder = step
            case Erased():
                entry.erased, entry.actor = True, event.actor
        entry.ended_deadlines.extend(deadline_message(tenant, each) for each in deadlines.ended)
        entry.moved_deadlines.extend(map(moved_message, deadlines.moved))
        if self._mask is not None:
            await self._mask(call, entry)
        called = await self._called(call, entry, roster)
        titles = await self._titles(tenant, event, record, language)
        zone = ZoneInfo(roster.records.settings.time_zone)
        tell_entry(entry, zone, language, lambda rep: called.get(rep) or rep, lambda stage: titles.get(stage) or stage)
        return entry

    async def _titles(self, tenant: str, event: Event, record: ItemRecord, language: Language) -> Mapping[str, str]:
        """Return what the stages are called, by id, of which an event says something: by the revision that was entered,
        else by the one that its work item is in.
        """
        if not (isinstance(event, Updated) and event.entered) and not isinstance(event, Noted):
            return {}
        published = await self._planners.processes(tenant)
        if isinstance(event, Updated) and event.entered:
            process = published.at(event.entered.revision)
        elif place := place_of(published, record):
            process = place.process
        else:
            return {}
        return {stage.id: stage.title.zh if language is Language.ZH else stage.title.en for stage in process.stages}

    async def _of_child(
        self,
        call: Call,
        tenant: str,
        event: Decision | Completed,
        child: ChildStanding,
        roster: Roster,
        language: Language,
    ) -> routing.TimelineEntry:
        entry = child_entry(tenant, event, child)
        title = await self._title_of(tenant, child)
        if self._mask is not None:
            await self._mask(call, entry)
        called = await self._called(call, entry, roster)
        tell_child(entry, title, language, lambda rep: called.get(rep) or rep)
        return entry

    async def _title_of(self, tenant: str, child: ChildStanding) -> Bilingual:
        """Return what a child is called: as its stage, or, in a stage of the process itself, as what opened it says."""
        entered = child.record.stage if child.record else None
        if child.planned.task.stage or entered is None:
            return child.planned.task.title
        stage = (await self._planners.processes(tenant)).at(entered.revision).standing.get(entered.stage)
        return stage.title if stage else NO_WORDS

    async def _called(self, call: Call, entry: routing.TimelineEntry, roster: Roster) -> Mapping[str, str]:
        """Return what the reps are called, by id, whom an entry names, as far as the caller may see it."""
        step = entry.reached_step
        had_it = [part.rep for deadline in entry.ended_deadlines for part in deadline.parts]
        told = (*step.told, *step.on_leave, *step.inactive, *entry.satisfaction.told)
        named = (*told, *had_it, entry.approval_answer.rep, entry.child.owner)
        ids = {name.rpartition("/")[2] for name in named} & roster.reps.keys()
        reps = [workforce.Rep(name=rep, display_name=roster.reps[rep].display_name) for rep in sorted(ids)]
        shown = workforce.ListRepsResponse(reps=reps)
        if reps and self._mask is not None:
            await self._mask(call, shown)
        return {rep.name: rep.display_name for rep in shown.reps}

    async def _add_note(self, entry: routing.TimelineEntry, tenant: str, noted: Noted) -> None:
        """Write into an entry what was noted."""
        entry.actor = noted.actor
        match noted.note:
            case Note.PAUSED:
                entry.pause.CopyFrom(pause_message(tenant, await self._reached.pause(tenant, noted)))
            case Note.RESUMED:
                entry.resumed.CopyFrom(pause_message(tenant, await self._reached.pause(tenant, noted)))
            case Note.ASKED:
                entry.asked_stage, entry.asked_note = noted.subject, noted.text
            case Note.APPROVED | Note.REJECTED:
                stage = await self._reached.decided_stage(tenant, noted)
                entry.approval_answer.CopyFrom(answer_message(tenant, stage, noted))
            case Note.MIGRATED:
                entry.migration.CopyFrom(revision_change(tenant, await self._reached.migration(tenant, noted)))
            case Note.CSAT | Note.NPS:
                told = await self._reached.answer(tenant, noted)
                entry.satisfaction.CopyFrom(satisfaction_message(tenant, noted, told.recipients if told else None))
            case Note.SURVEYED | Note.SPARED:
                entry.survey.CopyFrom(survey_message(tenant, noted))

    async def _roster(self, tenant: str) -> Roster:
        return (await self._planners.newest(tenant)).roster


def _place_of(token: str, asked: str) -> AgendaPlace | None:
    """Read behind what a page of an agenda begins; None: it is the first."""
    key = fields.page_key(token, _is_place, asked, of="rep or date")
    return AgendaPlace(*loads(key)) if key else None


def _is_place(written: str) -> bool:
    try:
        at_ms, *names, entry = loads(written)
    except (ValueError, TypeError, RecursionError):
        return False
    return [type(each) for each in (at_ms, *names, entry)] == [int, str, str, str, int]


def _rep_of(name: str, call: Call) -> tuple[str, str]:
    """Read whose work is asked for; a rep asks for their own."""
    tenant, rep = fields.name_of(name, "reps", "rep")
    call.check_own(rep)
    return tenant, rep


def _named(message: _Acted, roster: Roster) -> _Acted:
    """Write into a message how whoever acted is called."""
    rep = roster.reps.get(message.rep.rpartition("/")[2])
    message.rep_display_name = rep.display_name if rep else ""
    return message
