"""A whole service in this process, without a network and with plain memory for its store.

A request goes its whole way (``tests.fuzzing.asking``): bytes → message → server (who, what, how often) → servicer →
use cases → memory → answer or status → bytes. What a process keeps for its whole life is kept here too, so that what it
leaks is seen; only the store, which grows by design, is verified and begun anew every so often.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Collection
from pathlib import Path
from typing import Any

from fairlead.v1 import (
    decisions_pb2,
    deliveries_pb2,
    fairness_pb2,
    intake_pb2,
    privacy_pb2,
    processes_pb2,
    queue_pb2,
    routing_pb2,
    rules_pb2,
    workforce_pb2,
)
from gateway.auth.guard import Authorizer
from gateway.auth.jwks import KeyRing
from gateway.auth.tokens import Tokens
from gateway.calls.call import Call
from gateway.calls.load_shedding import LoadShedder
from gateway.calls.masking import SEERS, Masking
from gateway.calls.pipeline import Pipeline
from gateway.grpc.standard_services import HealthServicer, serve_standard
from gateway.payloads import payload_fields
from gateway.rate_limits import Limit
from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.channels import Channel
from notifications.outbound.addresses import target_of
from notifications.rpc.deliveries import DeliveryServicer
from notifications.secrets import SecretBox
from notifications.service.addresses import Sealed, check_mail
from notifications.service.channels import ChannelService
from notifications.service.deliveries import DeliveryQueries, ReceiverKind
from notifications.service.subscriptions import SubscriptionService
from notifications.service.templates import TemplateService
from notifications.subscriptions import Subscription
from notifications.templates import Templates
from operations import rpc as operations_rpc
from operations.service import OperationService
from router.adapters.persons_on_their_way import PersonsOnTheirWay
from router.adapters.queue import QueuedPersons, QueuedSubmissions, routing_work
from router.adapters.rule_sandbox.child import process_trial, trial
from router.adapters.rule_sandbox.parent import written_workforce
from router.assignment.bulk import BulkReassignment
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.reopening import Reopening
from router.assignment.service import Router
from router.assignment.updating import Updating
from router.deadlines.approval_queries import ApprovalQueries
from router.deadlines.approving import Approving
from router.deadlines.closing import Closing
from router.deadlines.digest_queries import DigestQueries
from router.deadlines.figures import Figures
from router.deadlines.migrating import Migrating
from router.deadlines.moved import UpdatedDeadlines
from router.deadlines.noting import Noting
from router.deadlines.pausing import Pausing
from router.deadlines.queries import DeadlineQueries
from router.deadlines.reached import ReachedSteps
from router.deadlines.satisfaction import Satisfied
from router.deadlines.surveying import SurveyQueries
from router.erasure.service import Eraser
from router.fairness.report import Fairness
from router.history.cap_uses import CapUses
from router.history.rehearsal import Rehearsal
from router.history.replay import Replay
from router.history.watch import WatchService
from router.imports.service import Imports
from router.intake.service import SourceService
from router.intake.taking import LeadIntake
from router.model.decision import Decision
from router.model.events import Settled
from router.model.workforce import WorkforceRecords
from router.offers.service import OfferService
from router.process.revisions.cache import ProcessCache
from router.process.revisions.publishing import ProcessPublishing
from router.process.trials.trial import ProcessTrial
from router.rpc.activities import ActivityAnswers
from router.rpc.changes import ChangeMessages, WatchAnswers
from router.rpc.decisions import DecisionServicer
from router.rpc.fairness import FairnessServicer
from router.rpc.intake import IntakeServicer
from router.rpc.pool_scope import PoolScope
from router.rpc.presenter import DecisionPresenter
from router.rpc.privacy import PrivacyServicer
from router.rpc.process_answers import ProcessAnswers
from router.rpc.processes import ProcessServicer
from router.rpc.queue import QueueServicer
from router.rpc.routing import RoutingServicer
from router.rpc.rules import RuleServicer
from router.rpc.workforce import WorkforceServicer
from router.rules.publishing import Publishing
from router.rules.trial import Trial
from router.submission.service import SubmissionService
from router.timers.covers import KeptItems
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from scoring import rpc as scoring_rpc
from scoring.memory import LastScore
from scoring.names import folder_of
from scoring.registry.adapters.storage import JOURNAL
from scoring.rpc.rescorings import Rescorings
from scoring.services import ScoringServices
from serving.imports import ImportOperations
from serving.reassigning import ReassignOperations
from serving.templates import TEMPLATE_NAMES, shipped_templates
from store.durability import DurabilityStatus
from telemetry.logs import JsonLines, TextLines
from telemetry.watch import TelemetrySettings, Watch
from tests.fuzzing.asking import FORBIDDEN, InnerServer, Violation
from tests.fuzzing.callers import CALLERS, INSIDER, Caller
from tests.fuzzing.drawing import OTHER, TENANT
from tests.fuzzing.forgetful import ForgetfulQueue, ForgetfulStore
from tests.fuzzing.seeds import BEGINNING, FORMS
from tests.identities import AUDIENCE, ISSUER, write_jwks
from tests.scoring_models import ScoreBook, write_model
from tests.twins.deliveries import MemoryBook, MemoryCalendars, MemoryRecords
from tests.twins.import_pages import MemoryImportPages, MemoryPages
from tests.twins.sources import MemorySources
from training.rpc.trainings import Trainings
from workqueue.jobs import Bounds
from workqueue.worker import Worker

FAST = 1_000_000.0
"""Calls a second that anybody may make: limits are counted, and refuse nobody."""
MOST_CALLS = 512
ROOT = Path(__file__).parent.parent.parent


class Silence:
    """A log that grows no more: whoever follows it goes away."""

    async def grown(self, _tenant: str, _after: int, _wait_s: float) -> bool:
        raise asyncio.CancelledError

    async def lead(self, _tenant: str, _role: str, _holder: str, _for_s: float) -> bool:
        return True


class Taker:
    """Takes whatever is sent to try it."""

    async def send_test(self, _tenant: str, _record: Any) -> DeliveryAttempt:
        return DeliveryAttempt(AttemptStatus.DELIVERED, "200")


async def _has_form(url: str) -> None:
    """Look at an address without the network."""
    target_of(url)


class Listener(logging.Handler):
    """Writes log lines as the service would, and remembers what should never be told."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._forms = itertools.cycle([JsonLines(), TextLines()])
        self._troubles: list[tuple[str, BaseException | None]] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = next(self._forms).format(record)
        if record.levelno >= logging.ERROR or "\n" in line or "eyJ" in line:  # an error, two lines, a token
            self._troubles.append((line, record.exc_info[1] if record.exc_info else None))

    def check(self) -> None:
        """Raise a `Violation` with the first such line, and forget all."""
        if self._troubles:
            line, error = self._troubles[0]
            self._troubles.clear()
            raise Violation(f"logged: {line}") from error


class Scores(ScoreBook):
    """Remembers scores in the store that the router asks."""

    def __init__(self, store: ForgetfulStore) -> None:
        super().__init__()
        self.keep = store.keep  # type: ignore[method-assign]

    def note(self, tenant: str, score: LastScore) -> None:
        """Forget it: what is noted is written aside, later."""


class World:
    """All parts of one process, connected.

    Parameters
    ----------
    folder
        An empty one: keys, models and training data are written there.
    """

    def __init__(self, folder: Path) -> None:
        self._listener = Listener()
        tick = itertools.count(1_700_000_000_000)
        self._store = ForgetfulStore(lambda: next(tick))
        self._sources = MemorySources()
        self._queue = ForgetfulQueue(lambda: next(tick) * 1000)
        self._lanes = ForgetfulQueue(lambda: next(tick) * 1000, Bounds(jobs=0))
        self._planners = PlannerCache(self._store, self._store, self._store, processes=ProcessCache(self._store))
        self._queries = WorkItemQueries(self._store, self._planners)
        self._router = Router(self._store, self._planners, self._queries, self._store)
        self._worker = Worker(self._queue, routing_work(self._router))
        self._journal = folder / "models" / "churn" / JOURNAL
        profiles = ROOT / "examples" / "health_profiles.yaml"
        self._scoring = ScoringServices(str(folder / "models"), "churn", str(profiles))
        self._masking = Masking(self._personal, frozenset({"display_name", "phone"}))
        self.server = self._make_server(folder)
        self._subscriptions, self._channels = MemoryRecords[Subscription](), MemoryRecords[Channel]()
        self._templates = MemoryRecords[Templates]()
        self._deliveries = _deliveries(folder, self._subscriptions, self._channels, self._templates)
        self._serve_routing()
        self._serve_models(folder)

    def _make_server(self, folder: Path) -> InnerServer:
        keys = KeyRing(write_jwks(folder / "jwks.json"))
        keys.load()
        authorizer = Authorizer([Tokens(keys, ISSUER, AUDIENCE)], Limit(FAST, "principal"), Limit(FAST, "tenant"))
        observers = Watch(TelemetrySettings(metrics="127.0.0.1:0")).observers
        server: Any = None  # nothing is put on it
        return InnerServer(server, Pipeline(LoadShedder(MOST_CALLS, authorizer), observers, self._masking))

    def _serve_routing(self) -> None:
        store, queries, durability = self._store, self._queries, DurabilityStatus()
        intake, workforce_service = QueuedSubmissions(self._queue, durability), WorkforceService(store, store)
        presenter = DecisionPresenter(queries, durability, self._masking.apply)
        messages = ChangeMessages(queries, ReachedSteps(store, self._planners))
        watches = WatchAnswers(WatchService(store, Silence(), messages.answer))
        offers = OfferService(store, store, queries, self._planners)
        activities = ActivityAnswers.over(store, store, queries, self._planners, presenter, offers, self._masking.apply)
        submissions = SubmissionService(intake, queries)
        updating = Updating(store, self._planners, queries, store)
        noting = Noting(store, queries, store, self._planners)
        approving = Approving(store, self._planners, updating, noting)
        scope = PoolScope(queries, self._planners)
        for servicer, contract in (
            (
                RoutingServicer(
                    self._router,
                    Reopening(store, self._planners, queries, store),
                    updating,
                    queries,
                    submissions,
                    watches,
                    presenter,
                    self._importer(queries),
                    self._reassigner(queries),
                    activities,
                    offers,
                    ProcessAnswers(
                        Pausing(noting),
                        approving,
                        Satisfied(store, queries, self._planners, noting),
                        UpdatedDeadlines(store, self._planners),
                        Closing(store, queries, self._planners, approving),
                    ),
                    scope,
                ),
                routing_pb2,
            ),
            (QueueServicer(intake), queue_pb2),
            (
                IntakeServicer(
                    SourceService(self._sources), LeadIntake(self._sources, submissions, store, payload_fields)
                ),
                intake_pb2,
            ),
            (PrivacyServicer(Eraser(store, store, self._persons(), self._planners)), privacy_pb2),
            (
                WorkforceServicer(
                    workforce_service,
                    PresenceService(self._store),
                    CapUses(store, workforce_service),
                    store,
                    KeptItems(store, self._planners),
                ),
                workforce_pb2,
            ),
            (RuleServicer(Publishing(store, workforce_service, _tried)), rules_pb2),
            (
                ProcessServicer(
                    self._process_publishing(workforce_service),
                    DeadlineQueries(store, queries, self._planners),
                    Migrating(store, queries, store, self._planners),
                    ApprovalQueries(store, self._planners, approving),
                    DigestQueries(store, store, self._planners),
                    SurveyQueries(store, self._planners),
                    Figures(store, queries, self._planners),
                    scope,
                ),
                processes_pb2,
            ),
            (DecisionServicer(queries, presenter, scope), decisions_pb2),
            (FairnessServicer(Fairness(store, workforce_service, queries)), fairness_pb2),
            (self._deliveries, deliveries_pb2),
        ):
            (descriptor,) = contract.DESCRIPTOR.services_by_name.values()
            self.server.serve(servicer, descriptor)

    def _persons(self) -> PersonsOnTheirWay:
        return PersonsOnTheirWay(QueuedPersons(self._queue), MemoryImportPages(), self._sources)

    def _process_publishing(self, workforce_service: WorkforceService) -> ProcessPublishing:
        store = self._store
        return ProcessPublishing(store, ProcessCache(store), store, workforce_service, _tried_process)

    def _importer(self, queries: WorkItemQueries) -> ImportOperations:
        imports = Imports(self._store, self._planners, queries, self._store)
        return ImportOperations(OperationService({"import": self._lanes}), MemoryImportPages(), imports)

    def _reassigner(self, queries: WorkItemQueries) -> ReassignOperations:
        bulk = BulkReassignment(self._store, self._planners, queries)
        rehearsal = Rehearsal(self._store, self._store, self._planners, bulk)
        return ReassignOperations(OperationService({"reassign": self._lanes}), MemoryPages(), bulk, rehearsal)

    def _serve_models(self, folder: Path) -> None:
        models, data = folder / "models", folder / "data"
        for version in ("v1", "v2"):
            write_model(models, version)
        parts = self._scoring
        parts.registries("").promote("churn", "v1", actor="fuzz")
        parts.champions.look()
        for place in (data, data / folder_of(TENANT)):
            place.mkdir()
            (place / "customers.csv").write_text("customer,churned\n1,yes\n2,no\n", "utf-8")

        operations = OperationService(
            dict.fromkeys(("train", "rescore"), self._lanes)
        )  # full: what is sound is checked, and no more
        trainings = Trainings(operations, data)
        rescorings = Rescorings(operations, data, folder / "out", parts.champions, parts.registries)
        scores = Scores(self._store)
        scoring_rpc.add_to(self.server, parts.champions, parts.scorer, scores, parts.registries, trainings, rescorings)
        operations_rpc.add_to(self.server, operations)

    async def _personal(self, call: Call) -> frozenset[str]:
        return await self._planners.personal(call.tenant) | await self._scoring.champions.personal(call.tenant)

    async def begin(self) -> None:
        """Serve the standard services too, and enter what is there before anybody attacks."""
        logging.getLogger().addHandler(self._listener)
        await serve_standard(
            self.server, HealthServicer(), sorted({name.partition("/")[0] for name in self.server.methods})
        )
        await self._arrange()

    async def _arrange(self) -> None:
        await self._sources.put(TENANT, FORMS.id, FORMS, "")
        for name, message in BEGINNING:
            ended = await self.server.ask(name, INSIDER, [message.SerializeToString()])
            assert ended == "OK", (name, ended)

    async def ask(self, name: str, caller: Caller, parts: list[bytes]) -> str:
        """Carry out a call as `InnerServer.ask` does.

        Raises
        ------
        Violation
            If it ended as nothing may end, or a line was logged that should never be.
        """
        ended = await self.server.ask(name, caller, parts)
        self._listener.check()
        if ended in FORBIDDEN:
            raise Violation(f"{name} ended with {ended}")
        return ended

    async def work(self) -> None:
        """Let a worker route what was submitted; raises as `ask`."""
        for tenant in await self._queue.tenants():
            await self._worker.turn(tenant)
        self._listener.check()

    async def settle(self) -> None:
        """Verify what is stored, lose it, and begin anew.

        Raises
        ------
        Violation
            If it is not what the log says, or somebody changed what is not theirs.
        """
        for tenant in (TENANT, OTHER):
            async for difference in Replay(self._store, self._store, self._planners, processes=self._store).differences(
                tenant
            ):
                raise Violation(f"verify {tenant}: {difference}")
        await self._check_actors()
        self._store.forget()
        self._queue.forget()
        self._lanes.forget()
        self._subscriptions.lose()
        self._channels.lose()
        self._templates.lose()
        self._sources.lose()
        for entry in sorted(self._journal.iterdir())[1:]:
            entry.unlink()
        await self._arrange()

    async def _check_actors(self) -> None:
        for tenant in (TENANT, OTHER):
            allowed = {caller.name for caller in CALLERS if tenant in caller.tenants or "*" in caller.tenants}
            allowed |= {f"sources/{FORMS.id}"} if tenant == TENANT else set()
            for event in await self._store.events(tenant, count=1_000_000):
                actor = event.head.actor if isinstance(event, Decision) else getattr(event, "actor", INSIDER.name)
                if actor not in allowed and not (actor == "" and isinstance(event, Settled)):
                    raise Violation(f"{actor or 'nobody'} changed {tenant}: {event}")

    def close(self) -> None:
        """Let go of the log."""
        logging.getLogger().removeHandler(self._listener)


async def _tried_process(
    source: str, rules: str | None = None, workforce: WorkforceRecords | None = None
) -> ProcessTrial:
    """Try a process likewise."""
    written = None if workforce is None else written_workforce(workforce)
    return process_trial({"source": source, "rules": rules, "workforce": written, "personal": []})


async def _tried(
    source: str,
    pools: Collection[str] | None = None,
    workforce: WorkforceRecords | None = None,
    *,
    tests: str | None = None,
) -> Trial:
    """Try a rule set here rather than in a child: what would end the child ends the fuzzing."""
    written = None if workforce is None else written_workforce(workforce)
    named = None if pools is None else sorted(pools)
    return trial(
        {
            "source": source,
            "tests": tests,
            "pools": named,
            "workforce": written,
            "engine": "index",
            "personal": ["phone"],
        }
    )


def _deliveries(
    folder: Path,
    subscriptions: MemoryRecords[Subscription],
    channels: MemoryRecords[Channel],
    templates: MemoryRecords[Templates],
) -> DeliveryServicer:
    """Connect what tells the outside, with nothing outside."""
    (folder / "secrets").write_bytes(b"k" * 32)
    box = SecretBox.read(str(folder / "secrets"))
    webhooks, messages = MemoryBook(), MemoryBook()
    sealed, mail = Sealed(box, _has_form), Sealed(box, check_mail)
    return DeliveryServicer(
        SubscriptionService(subscriptions, webhooks, sealed, Taker(), SEERS),
        ChannelService(channels, messages, sealed, mail, Taker(), MemoryCalendars(["night", "shanghai"])),
        TemplateService(templates, TEMPLATE_NAMES, shipped_templates),
        DeliveryQueries(
            {ReceiverKind.SUBSCRIPTION: webhooks, ReceiverKind.CHANNEL: messages},
            {ReceiverKind.SUBSCRIPTION: subscriptions, ReceiverKind.CHANNEL: channels},
        ),
    )
