"""What people do about leads in their process: call, move them on, approve, pause; and what customers do."""

from __future__ import annotations

from random import Random

from failures import Failure
from router.activities.service import RecordRequest
from router.assignment.commands import UpdateRequest
from router.deadlines.approving import DecideRequest
from router.deadlines.pausing import PauseRequest
from router.model.activities import Activity, ActivityKind, Direction
from router.model.decision import Cause, Decision, Outcome
from router.model.dispatch import Answer
from router.model.events import Event, Note, Noted, OfferAnswered, Updated
from router.model.workitem import Kind
from tests.simulation.agenda import DAY_MS, HOUR_MS, MINUTE_MS, Agenda, Happening, What
from tests.simulation.firm import TENANT
from tests.simulation.process import ASKS, FOLLOWS, OPERATOR, ORDER, REQUIRED, WHOLE
from tests.simulation.processing import Processing
from tests.simulation.system import System

_PAUSED_MS = (4 * HOUR_MS, 12 * HOUR_MS, 2 * DAY_MS)


class Working:
    """Has people do it.

    Parameters
    ----------
    system
        The code.
    agenda
        What is to happen.
    processing
        How leads stand.
    """

    def __init__(self, system: System, agenda: Agenda, processing: Processing) -> None:
        self._system = system
        self._agenda = agenda
        self._random: Random = agenda.random
        self._processing = processing

    def go_on(self, event: Event) -> None:
        """Have something follow from an event: whoever gets a lead calls, and moves it on."""
        match event:
            case Decision(outcome=Outcome.ASSIGNED) | OfferAnswered(answer=Answer.ACCEPTED) if event.kind is Kind.LEAD:
                self._call_later(event)
                is_new = isinstance(event, OfferAnswered) or event.head.cause in (Cause.ROUTED, Cause.WOKEN)
                if is_new:
                    self._later(event, What.ADVANCE, DAY_MS)
            case Updated(entered=entered, kind=Kind.LEAD) if entered:
                self._later(event, What.ADVANCE, DAY_MS)
            case Noted(note=Note.ASKED):
                self._later(event, What.DECIDE, 2 * HOUR_MS)
            case _:
                pass

    def _call_later(self, event: Decision | OfferAnswered) -> None:
        if self._random.random() < 0.75:
            self._later(event, What.CALL, 50 * MINUTE_MS)

    def _later(self, event: Event, what: What, mean_ms: int) -> None:
        delay_ms = round(self._random.expovariate(1 / mean_ms))
        self._agenda.add(event.at_ms + MINUTE_MS + delay_ms, what, getattr(event, "item_id", ""))

    async def call(self, happening: Happening) -> None:
        """Have the owner call; in some cases they write that down later, so that it occurred before."""
        life = self._processing.life(happening.about)
        if life and life.owner:
            late_ms = self._random.randrange(40 * MINUTE_MS) if self._random.random() < 0.2 else 0
            at_ms = max(happening.at_ms - late_ms, life.begun.at_ms)
            call = Activity(ActivityKind.CALL, Direction.OUTBOUND, life.owner, at_ms)
            await self._system.servers[0].activities.record(TENANT, RecordRequest(life.item_id, call))

    async def heard(self, _: Happening) -> None:
        """Have a customer write, most of them of what is paused."""
        leads = self._processing.open()
        if some := [life for life in leads if life.pauses] or leads:
            life = self._random.choice(some)
            message = Activity(ActivityKind.MESSAGE, Direction.INBOUND, "", 0)
            request = RecordRequest(life.item_id, message, by_owner=False)
            await self._system.servers[1].activities.record(TENANT, request)

    async def advance(self, happening: Happening) -> None:
        """Have a lead enter the next stage, or in some cases another; in some cases without what that requires."""
        life = self._processing.life(happening.about)
        if life is None or not life.owner:
            return
        stage = life.stage.stage
        following = FOLLOWS.get(stage, ())
        other = self._random.choice(ORDER if self._random.random() < 0.3 else following or ORDER)
        stage = following[0] if following and self._random.random() < 0.7 else other
        given = {name: float(self._random.randrange(1, 9)) for name in REQUIRED.get(stage, ())}
        if stage == ASKS:
            given["discount"] = self._random.choice((0.05, 0.2, 0.3))
        if self._random.random() < 0.2:
            given.pop(next(iter(given), WHOLE), None)
        paths = frozenset(f"attributes.{name}" for name in given)
        actor = f"sales/{life.owner}" if self._random.random() < 0.8 else OPERATOR
        request = UpdateRequest(life.item_id, given, 0, 0, paths, actor=actor, stage=stage)
        try:
            await self._system.servers[self._random.randrange(2)].approving.advance(TENANT, request)
        except Failure:
            self._agenda.add(happening.at_ms + 12 * HOUR_MS, What.ADVANCE, life.item_id)
            raise

    async def decide(self, happening: Happening) -> None:
        """Have somebody approve or reject: whoever is asked, or, which is refused, whose it is, or who asked."""
        life = self._processing.life(happening.about)
        ask = life.asks[-1] if life and life.asks else None
        if life is None or ask is None or ask.answered or ask.over:
            return
        server, word = self._system.servers[0], self._random.random()
        asked = (await server.approving.item(TENANT, life.item_id)).approval
        if asked is None or not asked.who.asked:
            return
        wrong = word < 0.3
        rep = self._random.choice((life.owner, ask.rep)) if word < 0.2 else asked.who.asked[0]
        actor = ask.actor if wrong else f"sales/{rep}"
        is_approved, by_person = wrong or word < 0.85, actor != OPERATOR
        request = DecideRequest(life.item_id, is_approved, rep, "so be it", actor=actor, by_person=by_person)
        try:
            await self._system.servers[1].approving.decide(TENANT, request)
        except Failure:
            self._agenda.add(happening.at_ms + HOUR_MS, What.DECIDE, life.item_id)
            raise
        self._agenda.add(happening.at_ms + HOUR_MS, What.DECIDE, life.item_id)

    async def pause(self, happening: Happening) -> None:
        """Have the deadlines of a lead rest, or of one that does go on."""
        leads = self._processing.open()
        resting = [life for life in leads if life.rests() and life.rests()[-1].until_ms > happening.at_ms]
        pausing = self._system.servers[self._random.randrange(2)].pausing
        if resting and self._random.random() < 0.3:
            await pausing.resume(TENANT, self._random.choice(resting).item_id)
        elif leads:
            until_ms = happening.at_ms + self._random.choice(_PAUSED_MS)
            reason = self._random.choice(("waiting-for-customer", "waiting-for-parts"))
            await pausing.pause(TENANT, PauseRequest(self._random.choice(leads).item_id, reason, until_ms))
