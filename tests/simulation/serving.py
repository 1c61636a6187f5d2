"""What happens about complaints: they come, change, are solved and come back; customers are asked how it went, also
when they are not to be, and whoever answers badly is called.
"""

from __future__ import annotations

from random import Random

from failures import Failure
from router.assignment.commands import ReopenRequest, RouteRequest, UpdateRequest
from router.deadlines.satisfaction import SatisfactionRequest
from router.model.decision import Decision
from router.model.errors import NotPossible
from router.model.events import Completed, Event, Note
from router.model.workitem import Kind, State, WorkItem
from tests.simulation.agenda import DAY_MS, HOUR_MS, MINUTE_MS, Agenda, Happening, What
from tests.simulation.complaint import LEVELS, SERVICE, SOLVED
from tests.simulation.firm import TENANT
from tests.simulation.processing import Processing
from tests.simulation.promise import Finding, Promise
from tests.simulation.system import Server, System

CLASSES = ("billing", "delivery", "quality")


class Serving:
    """Has customers and agents do it.

    Parameters
    ----------
    system
        The code.
    agenda
        What is to happen.
    processing
        How complaints stand.
    """

    def __init__(self, system: System, agenda: Agenda, processing: Processing) -> None:
        self._system = system
        self._agenda = agenda
        self._random: Random = agenda.of_service
        self._lives = processing
        self._complaining = processing.complaining
        self.findings: list[Finding] = []
        """What asking customers showed, to be noted."""

    def go_on(self, event: Event) -> None:
        """Have something follow from an event: what comes is solved, and what is solved asked about."""
        match event:
            case Decision(kind=Kind.TICKET, previous=0, item_id=item_id):
                self._later(event.at_ms, What.SOLVE, item_id, 20 * HOUR_MS)
                self._later(event.at_ms, What.COMPLAINT_CHANGED, item_id, 6 * HOUR_MS)
                self._maybe_ask(event.at_ms, item_id, 0.2)
            case Decision(previous=0, item_id=item_id):
                self._later(event.at_ms, What.CALLED_BACK, item_id, 16 * HOUR_MS)
            case Completed(kind=Kind.TICKET, item_id=item_id):
                for _ in range(2):
                    self._maybe_ask(event.at_ms, item_id, 0.7)
                if self._random.random() < 0.2:
                    self._later(event.at_ms, What.COMPLAINT_BACK, item_id, DAY_MS)
            case _:
                pass

    def _maybe_ask(self, at_ms: int, item_id: str, chance: float) -> None:
        for asked in (Note.CSAT, Note.NPS):
            if self._random.random() < chance:
                self._later(at_ms, What.RATE, f"{item_id}\t{asked}", DAY_MS)

    def _later(self, at_ms: int, what: What, about: str, mean_ms: int) -> None:
        self._agenda.add(at_ms + MINUTE_MS + round(self._random.expovariate(1 / mean_ms)), what, about)

    @property
    def _server(self) -> Server:
        return self._random.choice(self._system.servers)

    async def complain(self, happening: Happening) -> None:
        """Have a customer complain."""
        attributes = {
            "customer": happening.about, "class": self._random.choice(CLASSES), "region": SERVICE, "potential": 0.0,
            "impact": self._random.choice(LEVELS), "urgency": self._random.choice(LEVELS),
        }  # fmt: skip
        item = WorkItem(Kind.TICKET, "desk", f"T{happening.number}", attributes)
        await self._server.router.route(TENANT, RouteRequest(item, f"r-{item.external_id}"))

    async def change(self, happening: Happening) -> None:
        """Have it be found worse than it seemed, or not so bad; in some cases somebody says how severe it is."""
        if self._lives.life(happening.about):
            name = self._random.choice(("impact", "urgency", "urgency", "severity"))
            value = self._random.choice(("P1", "P2", "P3") if name == "severity" else LEVELS)
            paths = frozenset({f"attributes.{name}"})
            await self._server.updating.update(TENANT, UpdateRequest(happening.about, {name: value}, 0, 0, paths))

    async def solve(self, happening: Happening) -> None:
        """Have it solved, in some cases without saying why it came to that: then once more later."""
        life = self._lives.life(happening.about)
        if life and not life.owner:
            self._later(happening.at_ms, What.SOLVE, happening.about, 4 * HOUR_MS)
        elif life:
            given = {"cause": "a mistake"} if self._random.random() < 0.8 else {}
            paths = frozenset(f"attributes.{name}" for name in given)
            request = UpdateRequest(happening.about, given, 0, 0, paths, stage=SOLVED)
            try:
                await self._server.approving.advance(TENANT, request)
            except Failure:
                self._later(happening.at_ms, What.SOLVE, happening.about, 4 * HOUR_MS)
                raise

    async def come_back(self, happening: Happening) -> None:
        """Have it reopened, and solved again later."""
        await self._server.reopening.reopen(TENANT, ReopenRequest(happening.about, "it is not solved"))
        self._later(happening.at_ms, What.SOLVE, happening.about, 20 * HOUR_MS)

    async def rate(self, happening: Happening) -> None:
        """Have a customer answer, whether they were to be asked or not."""
        item_id, word = happening.about.split("\t")
        asked = Note(word)
        may = self._complaining.may_be_asked(item_id, asked, self._system.stores.now_ms)
        value = self._random.randrange(1, 6) if asked is Note.CSAT else self._random.randrange(11)
        refused = False
        try:
            await self._server.satisfied.record(TENANT, SatisfactionRequest(item_id, asked, value))
        except NotPossible:
            refused = True
        what = f"{asked} of {item_id} was {'refused' if refused else 'taken'}"
        self.findings.append(Finding(Promise.ASKED, refused is not may, what, decided=not may))

    async def call_back(self, happening: Happening) -> None:
        """Have somebody call."""
        if self._lives.life(happening.about):
            await self._server.router.complete(TENANT, happening.about, State.CLOSED)
